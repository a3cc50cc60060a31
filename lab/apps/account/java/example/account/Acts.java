package example.account;

import android.app.AlertDialog;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.DialogInterface;
import android.content.Intent;
import android.net.Uri;
import android.util.Log;
import com.liuying.stat.Liuying;
import com.yanlu.ads.Yanlu;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * What a control does, one after the other:
 *
 *   {to: page}  {back: true}  {home: true}  {exit: true}  {say: words}
 *   {ask: words, title: words, confirm: caption, decline: caption, do: [...]}    a question; what follows a yes
 *
 * and what needs no page, so that it may be done before one is there:
 *
 *   {keep: key}  {forget: key}
 *   {store: key, text: words}  {erase: key}    a text kept over restarts; {kept: key} of a page shows it
 *   {read: kind}                      the app reads it (see Reads); {kind} stands for it in addresses from then on
 *   {get: address}                    a request in the background
 *   {liuying: [kinds], get: address}  the statistics SDK reads these and sends that; without an address it reads alone
 *   {yanlu: address}                  the advertising SDK reads the device's identifier and sends that
 *   {log: words}  {copy: words}       into the device's log, onto the clipboard
 *   {when: key, do: [...]}            what follows while that is kept; one that was never chosen counts as `set` says
 *   {unless: key, do: [...]}          what follows while it is not
 *
 * In words and addresses {name} stands for what is in the field of that id.
 */
final class Acts {
    private Acts() {
    }

    static void run(Context context, JSONArray acts) {
        for (int i = 0; i < acts.length(); i++) {
            run(context, acts.optJSONObject(i));
        }
    }

    private static void run(Context context, JSONObject act) {
        if (act.has("keep")) {
            Choice.keep(context, act.optString("keep"), true);
        } else if (act.has("forget")) {
            Choice.keep(context, act.optString("forget"), false);
        } else if (act.has("store")) {
            Choice.store(context, act.optString("store"), said(context, act.optString("text")));
        } else if (act.has("erase")) {
            Choice.store(context, act.optString("erase"), "");
        } else if (act.has("read")) {
            Reads.read(context, act.optString("read"));
        } else if (act.has("liuying")) {
            Liuying.report(context, kinds(act), address(context, act.optString("get")));
        } else if (act.has("yanlu")) {
            Yanlu.request(context, address(context, act.optString("yanlu")));
        } else if (act.has("get")) {
            get(Reads.filled(address(context, act.optString("get"))));
        } else if (act.has("log")) {
            Log.i("account", said(context, act.optString("log")));
        } else if (act.has("copy")) {
            ClipboardManager clipboard = (ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE);
            clipboard.setPrimaryClip(ClipData.newPlainText("", said(context, act.optString("copy"))));
        } else if (act.has("when")) {
            if (Choice.has(context, act.optString("when"), act.optBoolean("set"))) {
                run(context, Behaviour.list(act, "do"));
            }
        } else if (act.has("unless")) {
            if (!Choice.has(context, act.optString("unless"), act.optBoolean("set"))) {
                run(context, Behaviour.list(act, "do"));
            }
        } else {
            show((PageActivity) context, act);
        }
    }

    private static void show(final PageActivity page, final JSONObject act) {
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
        } else if (act.has("ask")) {
            new AlertDialog.Builder(page)
                .setTitle(act.has("title") ? act.optString("title") : null)
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

    private static String said(Context context, String words) {
        return context instanceof PageActivity ? ((PageActivity) context).filled(words) : words;
    }

    private static String address(Context context, String address) {
        return context instanceof PageActivity ? ((PageActivity) context).encoded(address) : address;
    }

    private static String[] kinds(JSONObject act) {
        JSONArray named = Behaviour.list(act, "liuying");
        String[] kinds = new String[named.length()];
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = named.optString(i);
        }
        return kinds;
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
                    Log.w("account", "not sent: " + unreachable);
                }
            }
        }.start();
    }
}
