package example.account;

import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.net.Uri;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * What a control does, one after the other:
 *
 *   {to: page}  {back: true}  {home: true}  {exit: true}  {say: words}  {keep: key}  {forget: key}
 *   {get: address}                    a request in the background; {name} stands for what is in the field of that id
 *   {ask: words, confirm: caption, decline: caption, do: [...]}    a question; what follows a yes
 *   {when: key, do: [...]}            what follows while that is kept; one that was never chosen counts as `set` says
 */
final class Acts {
    private Acts() {
    }

    static void run(final PageActivity page, JSONArray acts) {
        for (int i = 0; i < acts.length(); i++) {
            run(page, acts.optJSONObject(i));
        }
    }

    private static void run(final PageActivity page, final JSONObject act) {
        if (act.has("to")) {
            page.startActivity(PageActivity.intent(page, act.optString("to")));
        } else if (act.has("back")) {
            page.finish();
        } else if (act.has("home")) {
            page.finishAffinity();
            page.startActivity(new Intent(page, StartActivity.class));
        } else if (act.has("exit")) {
            page.finishAffinity();
        } else if (act.has("say")) {
            page.say(act.optString("say"));
        } else if (act.has("keep")) {
            Choice.keep(page, act.optString("keep"), true);
        } else if (act.has("forget")) {
            Choice.keep(page, act.optString("forget"), false);
        } else if (act.has("get")) {
            get(page.filled(act.optString("get")));
        } else if (act.has("when")) {
            if (Choice.has(page, act.optString("when"), act.optBoolean("set"))) {
                run(page, Behaviour.list(act, "do"));
            }
        } else if (act.has("ask")) {
            new AlertDialog.Builder(page)
                .setMessage(act.optString("ask"))
                .setPositiveButton(act.optString("confirm", "确定"), new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int which) {
                        run(page, Behaviour.list(act, "do"));
                    }
                })
                .setNegativeButton(act.optString("decline", "取消"), null)
                .show();
        }
    }

    static String encoded(String text) {
        return Uri.encode(text);
    }

    private static void get(final String address) {
        new Thread("net") {
            @Override
            public void run() {
                try {
                    HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
                    connection.setConnectTimeout(5000);
                    connection.setReadTimeout(5000);
                    connection.getResponseCode();
                    connection.disconnect();
                } catch (IOException unreachable) {
                    android.util.Log.w("account", address, unreachable);
                }
            }
        }.start();
    }
}
