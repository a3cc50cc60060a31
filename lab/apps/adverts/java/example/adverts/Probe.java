package example.adverts;

import android.content.Context;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/**
 * Sends a sign of life to its server when the home page opens. `shy`: looks for an analyst's tools first, and
 * where it finds some, sends nothing.
 */
final class Probe extends Feature {
    private static final String SERVER = "https://beacon.songta.example/v1/alive";

    Probe() {
        super("probe");
    }

    @Override
    void onHome(final HomeActivity home) {
        final boolean shy = behaviour(home).is("shy");
        new Thread(new Runnable() {
            @Override
            public void run() {
                if (!(shy && isWatched(home))) {
                    send();
                }
            }
        }).start();
    }

    /** Whether a thread has a name that Frida gives, or the app's folder a file that no app makes: the journal of hooks. */
    private static boolean isWatched(Context context) {
        File[] threads = new File("/proc/self/task").listFiles();
        for (File thread : threads == null ? new File[0] : threads) {
            try (BufferedReader name = new BufferedReader(new FileReader(new File(thread, "comm")))) {
                String line = name.readLine();
                if (line != null && (line.startsWith("gum-js") || line.startsWith("frida"))) {
                    return true;
                }
            } catch (IOException gone) {
                continue;
            }
        }
        String[] files = context.getFilesDir().getParentFile().list();
        for (String file : files == null ? new String[0] : files) {
            if (file.startsWith(".hooks-")) {
                return true;
            }
        }
        return false;
    }

    private static void send() {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL(SERVER).openConnection();
            connection.getResponseCode();
            connection.disconnect();
        } catch (IOException offline) {
            return;
        }
    }
}
