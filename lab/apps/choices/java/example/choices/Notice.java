package example.choices;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.os.Handler;
import android.os.Looper;
import android.view.View;
import android.widget.Button;
import android.widget.CheckBox;
import android.widget.LinearLayout;

/**
 * The notice that asks for consent.
 *
 *   title, text, agree, refuse: its words; there is no refusal where `refuse` is "none"
 *   on_refusal: exit (the default), second (asks once more), third (twice more), limited (goes on without), again (asks
 *     again without end)
 *   each_start: asks at every start, though it was refused (limited only)
 *   each_page: asks again whenever the home page shows again, though it was refused (limited only)
 *   on_cancel: stay (the default), exit, go_on: what the back key and a tap outside do
 *   after_ms: ms after the first page until it comes
 *   goes_after: ms after which it takes silence for an agreement
 *   box: none (the default), empty, ticked: a tick box above the buttons
 *   own_box: words of a box beside that, for something else, which may be left empty
 *   link: none (the default), works, dead: a link to the policy
 */
final class Notice extends Feature {
    private static final String TEXT = "我们依据《隐私政策》和《用户协议》收集和使用您的个人信息。请您阅读并同意后开始使用。";
    private static final String[] AGAIN = {
        "不同意隐私政策将无法使用全部功能,请您再次考虑。", "若您仍不同意《隐私政策》,应用将退出。真的要放弃吗?",
    };
    private static boolean left;

    Notice() {
        super("notice");
    }

    @Override
    void onStart(final Activity page, final Runnable next) {
        boolean refused = Choice.has(page, "refused") && !behaviour(page).is("each_start");
        int after = behaviour(page).number("after_ms", 0);
        if (Choice.has(page, "agreed") || refused) {
            next.run();
        } else if (after > 0) {
            new Handler(Looper.getMainLooper()).postDelayed(new Runnable() {
                @Override
                public void run() {
                    ask(page, next, 0);
                }
            }, after);
        } else {
            ask(page, next, 0);
        }
    }

    @Override
    void onHome(HomeActivity home) {
        left = false;
        if (Choice.has(home, "refused") && !Choice.has(home, "agreed")) {
            home.say("当前为仅浏览模式");
        }
    }

    @Override
    void onHomeShown(HomeActivity home) {
        if (left && Choice.has(home, "refused") && behaviour(home).is("each_page")) {
            ask(home, new Runnable() {
                @Override
                public void run() {
                }
            }, 0);
        }
        left = true;
    }

    @Override
    void onPage(PageActivity page, String what) {
        page.addText("本页为《隐私政策》全文。我们收集的信息包括设备信息与位置信息,用于提供基本服务。");
    }

    private void ask(final Activity page, final Runnable next, final int level) {
        final Behaviour how = behaviour(page);
        final String cancel = how.text("on_cancel", "stay");
        AlertDialog.Builder builder = new AlertDialog.Builder(page)
            .setTitle(level > 0 ? "温馨提示" : how.text("title", "隐私保护提示"))
            .setMessage(level > 0 ? AGAIN[Math.min(level, AGAIN.length) - 1] : how.text("text", TEXT))
            .setCancelable(!"stay".equals(cancel))
            .setPositiveButton(how.text("agree", "同意"), new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    agreed(page, next);
                }
            })
            .setOnCancelListener(new DialogInterface.OnCancelListener() {
                @Override
                public void onCancel(DialogInterface dialog) {
                    if ("exit".equals(cancel)) {
                        page.finishAffinity();
                    } else {
                        next.run();
                    }
                }
            });
        if (!"none".equals(how.text("refuse", ""))) {
            builder.setNegativeButton(level > 0 ? "仍不同意" : how.text("refuse", "不同意"), new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    refused(page, next, level);
                }
            });
        }
        final AlertDialog dialog = builder.create();
        if (level == 0) {
            dialog.setView(column(page, how, dialog));
        }
        dialog.show();
        guard(page, how, dialog);
        if (how.number("goes_after", 0) > 0) {
            page.getWindow().getDecorView().postDelayed(new Runnable() {
                @Override
                public void run() {
                    if (dialog.isShowing()) {
                        dialog.dismiss();
                        agreed(page, next);
                    }
                }
            }, how.number("goes_after", 0));
        }
    }

    private void agreed(Activity page, Runnable next) {
        Choice.keep(page, "agreed", true);
        for (Feature feature : Features.of(page)) {
            feature.onAgree(page);
        }
        next.run();
    }

    private void refused(final Activity page, final Runnable next, int level) {
        String refusal = behaviour(page).text("on_refusal", "exit");
        int more = "second".equals(refusal) ? 1 : "third".equals(refusal) ? 2 : 0;
        if (level < more) {
            ask(page, next, level + 1);
        } else if ("again".equals(refusal)) {
            page.getWindow().getDecorView().postDelayed(new Runnable() {     // the bare page shows first: a tap that does
                @Override                                                     // nothing looks like a notice that never goes
                public void run() {
                    ask(page, next, 0);
                }
            }, 1500);
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

    /** What stands between the words and the buttons. */
    private View column(final Activity page, Behaviour how, AlertDialog dialog) {
        LinearLayout column = new LinearLayout(page);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(48, 0, 48, 0);
        final String link = how.text("link", "none");
        if (!"none".equals(link)) {
            Button open = new Button(page);
            open.setText("《隐私政策》");
            open.setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    if ("works".equals(link)) {
                        Intent policy = Documents.policy(page);
                        page.startActivity(policy == null ? PageActivity.intent(page, "notice/policy") : policy);
                    }
                }
            });
            column.addView(open);
        }
        String boxed = how.text("box", "none");
        if (!"none".equals(boxed)) {
            CheckBox box = new CheckBox(page);
            box.setId(android.R.id.checkbox);
            box.setText("我已阅读并同意《隐私政策》");
            box.setChecked("ticked".equals(boxed));
            column.addView(box);
        }
        String own = how.text("own_box", "");
        if (!own.isEmpty()) {
            CheckBox box = new CheckBox(page);
            box.setText(own);
            column.addView(box);
        }
        return column;
    }

    /** An empty box keeps the agreement from being given. */
    private static void guard(final Activity page, Behaviour how, final AlertDialog dialog) {
        final CheckBox box = dialog.findViewById(android.R.id.checkbox);
        if (box == null) {
            return;
        }
        final Button agree = dialog.getButton(DialogInterface.BUTTON_POSITIVE);
        agree.setEnabled(box.isChecked());
        box.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                agree.setEnabled(box.isChecked());
            }
        });
    }
}
