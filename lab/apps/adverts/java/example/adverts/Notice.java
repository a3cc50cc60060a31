package example.adverts;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;

/** The notice that asks for consent, once for each version of the rules: `rules` is that version, 1 where it is not told. */
final class Notice extends Feature {
    private static final String TEXT = "我们依据《隐私政策》和《用户协议》收集和使用您的个人信息。请您阅读并同意后开始使用。";

    Notice() {
        super("notice");
    }

    @Override
    void onStart(final Activity page, final Runnable next) {
        final int rules = behaviour(page).number("rules", 1);
        if (Choice.kept(page).getInt("agreed_rules", 0) >= rules) {
            next.run();
            return;
        }
        new AlertDialog.Builder(page)
            .setTitle("隐私保护提示")
            .setMessage(TEXT)
            .setCancelable(false)
            .setPositiveButton("同意", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    Choice.kept(page).edit().putInt("agreed_rules", rules).putBoolean("agreed", true).commit();
                    for (Feature feature : Features.of(page)) {
                        feature.onAgree(page);
                    }
                    next.run();
                }
            })
            .setNegativeButton("不同意", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    page.finishAffinity();
                }
            })
            .show();
    }
}
