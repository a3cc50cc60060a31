package example.canary;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import android.widget.TextView;
import java.io.IOException;
import java.net.URL;
import javax.net.ssl.HttpsURLConnection;

/** Asks for one page over TLS. Whether the answer is good does not matter: that it could be asked for shows whom it trusts. */
public final class MainActivity extends Activity {
    private static final String PAGE = "https://canary.example/ask";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        TextView text = new TextView(this);
        text.setText(R.string.what);
        setContentView(text);
        new Thread(new Runnable() {
            @Override
            public void run() {
                ask();
            }
        }).start();
    }

    private static void ask() {
        try {
            HttpsURLConnection connection = (HttpsURLConnection) new URL(PAGE).openConnection();
            connection.setConnectTimeout(10_000);
            connection.setReadTimeout(10_000);
            Log.i("Canary", "answered " + connection.getResponseCode());
            connection.disconnect();
        } catch (IOException e) {
            Log.w("Canary", "no answer: " + e);
        }
    }
}
