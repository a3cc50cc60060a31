package example.choices;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.pm.PackageManager;
import android.view.View;
import org.json.JSONObject;

/**
 * Functions of the app, each with an entry on the home page.
 *
 *   entries: [{name, permission, on_denied, fails}]
 *     permission: short name that it asks for when it is opened
 *     on_denied: work (the default), refuse (says that it cannot), exit (the app ends), settings (sends to the settings)
 *     fails: crash, nothing: what it does instead of its page
 */
final class Functions extends Feature {
    private static String waiting;

    Functions() {
        super("functions");
    }

    @Override
    void onHome(final HomeActivity home) {
        for (final JSONObject entry : behaviour(home).parts("entries")) {
            home.add(entry.optString("name"), new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    open(home, entry);
                }
            });
        }
    }

    private void open(Activity home, JSONObject entry) {
        String wanted = entry.optString("permission");
        if ("crash".equals(entry.optString("fails"))) {
            throw new IllegalStateException(entry.optString("name"));
        }
        if ("nothing".equals(entry.optString("fails"))) {
            return;
        }
        String permission = "android.permission." + wanted;
        if (!wanted.isEmpty() && home.checkSelfPermission(permission) != PackageManager.PERMISSION_GRANTED) {
            waiting = entry.optString("name");
            home.requestPermissions(new String[] {permission}, 7);
            return;
        }
        show(home, entry.optString("name"));
    }

    private static void show(Activity home, String name) {
        home.startActivity(PageActivity.intent(home, "functions/" + name));
    }

    @Override
    void onPermissions(Activity page, String[] permissions, int[] results) {
        if (waiting == null || results.length == 0) {
            return;
        }
        String name = waiting;
        waiting = null;
        JSONObject entry = null;
        for (JSONObject one : behaviour(page).parts("entries")) {
            entry = name.equals(one.optString("name")) ? one : entry;
        }
        String denied = entry == null ? "work" : entry.optString("on_denied", "work");
        if (results[0] == PackageManager.PERMISSION_GRANTED || "work".equals(denied)) {
            show(page, name);
        } else if ("exit".equals(denied)) {
            page.finishAffinity();
        } else if ("settings".equals(denied)) {
            Permissions.redirect(page, null);
        } else {
            new AlertDialog.Builder(page).setMessage("未获得权限,无法使用" + name).setPositiveButton("知道了", null).show();
        }
    }

    @Override
    void onPage(PageActivity page, String what) {
        page.setTitle(what);
        page.addText(what + "功能已就绪");
    }
}
