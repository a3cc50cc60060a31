package example.choices;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;

/**
 * The notice that asks for consent.
 *
 *   title, text, agree, refuse: its words
 *   on_refusal: exit (the default), second (asks once more), limited (goes on without)
 *   each_start: asks at every start, though it was refused (limited only)
 */
final class Notice extends Feature {
    private static final String TEXT = "我们依据《隐私政策》和《用户协议》收集和使用您的个人信息。请您阅读并同意后开始使用。";

    Notice() {
        super("notice");
    }

    @Override
    void onStart(Activity page, Runnable next) {
        boolean refused = Choice.has(page, "refused") && !behaviour(page).is("each_start");
        if (Choice.has(page, "agreed") || refused) {
            next.run();
        } else {
            ask(page, next, false);
        }
    }

    private void ask(final Activity page, final Runnable next, final boolean again) {
        final Behaviour how = behaviour(page);
        String refusal = how.text("on_refusal", "exit");
        new AlertDialog.Builder(page)
            .setTitle(again ? "温馨提示" : how.text("title", "隐私保护提示"))
            .setMessage(again ? "不同意隐私政策将无法使用全部功能,请您再次考虑。" : how.text("text", TEXT))
            .setCancelable(false)
            .setPositiveButton(how.text("agree", "同意"), new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    Choice.keep(page, "agreed", true);
                    for (Feature feature : Features.of(page)) {
                        feature.onAgree(page);
                    }
                    next.run();
                }
            })
            .setNegativeButton(again ? "仍不同意" : how.text("refuse", "不同意"), new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    if ("second".equals(refusal) && !again) {
                        ask(page, next, true);
                    } else if ("limited".equals(refusal)) {
                        Choice.keep(page, "refused", true);
                        for (Feature feature : Features.of(page)) {
                            feature.onRefuse(page);
                        }
                        next.run();
                    } else {
                        page.finishAffinity();
                    }
                }
            })
            .show();
    }
}
