package example.nimbus;

import android.content.Context;
import android.provider.Settings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/** An SDK that somebody else wrote: tells its own server which device it runs on. */
public final class Nimbus {
    private Nimbus() {
    }

    /** Once, on a thread of its own. */
    public static void start(Context context) {
        final String id = Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        new Thread(new Runnable() {
            @Override
            public void run() {
                tell(id);
            }
        }, "nimbus").start();
    }

    private static void tell(String id) {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL("https://track.adnimbus.example/v2/event?id=" + id).openConnection();
            connection.getResponseCode();
            connection.disconnect();
        } catch (IOException unreachable) {
            Thread.currentThread().interrupt();
        }
    }
}
