package example.adverts;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/**
 * Sends a sign of life to its server when the home page opens. `shy`: looks for Frida first, and where it finds it, sends nothing.
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
                if (!(shy && isWatched())) {
                    send();
                }
            }
        }).start();
    }

    /** Whether a thread of Frida's runs in this process. */
    private static boolean isWatched() {
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
