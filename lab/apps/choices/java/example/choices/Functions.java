package example.choices;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.pm.PackageManager;
import android.view.View;
import org.json.JSONObject;

/**
 * Functions of the app, each with an entry on the home page.
 *
 *   entries: [{name, rationale, permission, on_denied, acts, fails}]
 *     rationale: the app's own question ahead of the system's, with these words; once it was answered with no, the function does
 *       not ask for its permission and does what on_denied says
 *     permission: short name that it asks for when it is opened
 *     on_denied: work (the default, without its acts where the app's own question was denied), refuse (says that it cannot), exit
 *       (the app ends), settings (sends to the settings)
 *     acts: what it does when its page opens, granted or not; as in Acts
 *     fails: crash, nothing: what it does instead of its page
 */
final class Functions extends Feature {
    private static final String LESS = "/less";
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

    private void open(final Activity home, final JSONObject entry) {
        if ("crash".equals(entry.optString("fails"))) {
            throw new IllegalStateException(entry.optString("name"));
        }
        if ("nothing".equals(entry.optString("fails"))) {
            return;
        }
        String wanted = entry.optString("permission");
        String permission = "android.permission." + wanted;
        boolean granted = wanted.isEmpty() || home.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED;
        boolean told = wanted.isEmpty() ? Choice.has(home, entry.optString("name")) : granted;
        if (!entry.optString("rationale").isEmpty() && !told) {
            explain(home, entry, granted ? "" : permission);
        } else if (granted) {
            show(home, entry.optString("name"));
        } else {
            ask(home, entry, permission);
        }
    }

    private void explain(final Activity home, final JSONObject entry, final String permission) {
        new AlertDialog.Builder(home)
            .setTitle("授权说明")
            .setMessage(entry.optString("rationale"))
            .setCancelable(false)
            .setPositiveButton("同意", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    if (permission.isEmpty()) {
                        Choice.keep(home, entry.optString("name"), true);
                        show(home, entry.optString("name"));
                    } else {
                        ask(home, entry, permission);
                    }
                }
            })
            .setNegativeButton("不同意", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    denied(home, entry, true);
                }
            })
            .show();
    }

    private static void ask(Activity home, JSONObject entry, String permission) {
        waiting = entry.optString("name");
        home.requestPermissions(new String[] {permission}, 7);
    }

    private static void show(Activity home, String name) {
        home.startActivity(PageActivity.intent(home, "functions/" + name));
    }

    @Override
    void onPermissions(Activity page, String[] permissions, int[] results) {
        if (waiting == null || results.length == 0) {
            return;
        }
        JSONObject entry = entry(page, waiting);
        waiting = null;
        if (results[0] == PackageManager.PERMISSION_GRANTED) {
            show(page, entry.optString("name"));
        } else {
            denied(page, entry, false);
        }
    }

    private JSONObject entry(Activity page, String name) {
        for (JSONObject one : behaviour(page).parts("entries")) {
            if (name.equals(one.optString("name"))) {
                return one;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static void denied(Activity page, JSONObject entry, boolean less) {
        String how = entry.optString("on_denied", "work");
        if ("work".equals(how)) {
            show(page, entry.optString("name") + (less ? LESS : ""));
        } else if ("exit".equals(how)) {
            page.finishAffinity();
        } else if ("settings".equals(how)) {
            Permissions.redirect(page, null);
        } else {
            new AlertDialog.Builder(page).setMessage("未获得权限,无法使用" + entry.optString("name"))
                .setPositiveButton("知道了", null).show();
        }
    }

    @Override
    void onPage(PageActivity page, String what) {
        String name = what.endsWith(LESS) ? what.substring(0, what.length() - LESS.length()) : what;
        page.setTitle(name);
        page.addText(name + "功能已就绪");
        if (!what.endsWith(LESS)) {
            Acts.doAll(page, Acts.of(entry(page, name)));
        }
    }
}
