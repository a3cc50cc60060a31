package example.choices;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.net.Uri;
import android.provider.Settings;
import android.view.View;
import java.util.ArrayList;
import java.util.List;

/**
 * Permissions that are asked for though no function needs them.
 *
 *   at_launch: short names, asked for together once the notice was answered, at each start where they are missing
 *   without_notice: asks though no notice was agreed to
 *   on_denied: go_on (the default), exit, again (asks the same at once), settings (sends to the settings, by a dialog that
 *     stays over the home page until it is declined)
 *   remembers: what was denied is not asked for at the next start
 */
final class Permissions extends Feature {
    private static final int LAUNCH = 5;
    private Runnable then;
    private int asked;
    private boolean sent;

    /** @param name `permissions`, or `early` for those that are asked for ahead of the notice */
    Permissions(String name) {
        super(name);
    }

    @Override
    void onStart(Activity page, Runnable next) {
        boolean told = Choice.has(page, "denied") && behaviour(page).is("remembers");
        String[] missing = missing(page);
        if (missing.length == 0 || told || !(Choice.has(page, "agreed") || behaviour(page).is("without_notice"))) {
            next.run();
            return;
        }
        then = next;
        page.requestPermissions(missing, LAUNCH);
    }

    private String[] missing(Activity page) {
        List<String> found = new ArrayList<>();
        for (String name : behaviour(page).texts("at_launch")) {
            String permission = "android.permission." + name;
            if (page.checkSelfPermission(permission) != PackageManager.PERMISSION_GRANTED) {
                found.add(permission);
            }
        }
        return found.toArray(new String[0]);
    }

    @Override
    void onPermissions(Activity page, String[] permissions, int[] results) {
        if (then == null || results.length == 0) {
            return;
        }
        Runnable next = then;
        then = null;
        String how = missing(page).length == 0 ? "go_on" : behaviour(page).text("on_denied", "go_on");
        Choice.keep(page, "denied", missing(page).length > 0);
        if ("exit".equals(how)) {
            page.finishAffinity();
        } else if ("again".equals(how) && asked++ == 0) {
            then = next;
            page.requestPermissions(missing(page), LAUNCH);
        } else {
            sent = "settings".equals(how);
            next.run();
        }
    }

    @Override
    void onHomeShown(final HomeActivity home) {
        if (sent && missing(home).length > 0) {
            sent = false;
            final AlertDialog dialog = redirect(home, null);
            dialog.getButton(DialogInterface.BUTTON_POSITIVE).setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    open(home);
                }
            });
        }
    }

    private static void open(Activity page) {
        page.startActivity(new Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS,
            Uri.fromParts("package", page.getPackageName(), null)));
    }

    /** A dialog that sends to the system's settings. */
    static AlertDialog redirect(final Activity page, final Runnable refused) {
        return new AlertDialog.Builder(page)
            .setTitle("权限申请")
            .setMessage("您已拒绝权限,请前往系统设置中开启权限后使用。")
            .setCancelable(false)
            .setPositiveButton("去设置", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    open(page);
                }
            })
            .setNegativeButton("取消", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    if (refused != null) {
                        refused.run();
                    }
                }
            })
            .show();
    }
}
