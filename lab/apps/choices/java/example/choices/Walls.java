package example.choices;

import android.app.Activity;
import android.app.AlertDialog;
import android.graphics.Color;
import android.graphics.drawable.ColorDrawable;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.CheckBox;
import android.widget.EditText;
import android.widget.ImageView;
import android.widget.LinearLayout;
import android.widget.TextView;

/**
 * What stands in the way on the home page.
 *
 *   kind: login (a page that goes on with an account only), captcha, dialog (an unknown one with a single button), stuck (the same
 *     whose button does nothing), ad (a pop-up with a picture)
 *   close: works (the default), false: what the close button of the pop-up does; a false one opens what is advertised
 *   entry: a name on the home page that opens the login page, instead of a wall
 *   ticked: the box on the login page is ticked beforehand
 *   rules: shown (the default), none: whether the login page has that box, and names the policy
 */
final class Walls extends Feature {
    private static boolean shown;

    Walls() {
        super("walls");
    }

    @Override
    void onProcess(android.content.Context context) {
        shown = false;
    }

    @Override
    void onHome(final HomeActivity home) {
        String entry = behaviour(home).text("entry", "");
        if (!entry.isEmpty()) {
            home.addPage(entry, "walls/login");
        }
    }

    @Override
    void onHomeShown(HomeActivity home) {
        String kind = behaviour(home).text("kind", "");
        boolean page = "login".equals(kind) || "captcha".equals(kind);
        if (kind.isEmpty() || shown && !page) {
            return;
        }
        shown = true;
        if (page) {
            home.startActivity(PageActivity.intent(home, "walls/" + kind));
        } else if ("ad".equals(kind)) {
            advertise(home);
        } else {
            unknown(home, "stuck".equals(kind));
        }
    }

    private static void unknown(Activity home, boolean stuck) {
        final AlertDialog dialog = new AlertDialog.Builder(home).setTitle("晴天日历").setMessage("今天适合出行")
            .setCancelable(false).setPositiveButton("朕知道了", null).show();
        if (stuck) {
            dialog.getButton(AlertDialog.BUTTON_POSITIVE).setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    view.setSelected(false);
                }
            });
        }
    }

    private void advertise(final Activity home) {
        final boolean real = !"false".equals(behaviour(home).text("close", "works"));
        LinearLayout column = new LinearLayout(home);
        column.setOrientation(LinearLayout.VERTICAL);
        ImageView picture = new ImageView(home);
        picture.setImageDrawable(new ColorDrawable(Color.rgb(220, 60, 40)));
        picture.setContentDescription("广告");
        column.addView(picture, new LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, 700));
        Button close = new Button(home);
        close.setText("关闭");
        column.addView(close);
        final AlertDialog dialog = new AlertDialog.Builder(home).setView(column).setCancelable(false).show();
        close.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                dialog.dismiss();
                if (!real) {
                    home.startActivity(PageActivity.intent(home, "walls/advertised"));
                }
            }
        });
    }

    @Override
    void onPage(PageActivity page, String what) {
        if ("advertised".equals(what)) {
            page.addText("限时特价,全场五折");
        } else if ("captcha".equals(what)) {
            page.setTitle("安全验证");
            page.addText("请完成安全验证:拖动下方滑块完成拼图");
        } else {
            login(page);
        }
    }

    private void login(PageActivity page) {
        page.setTitle("登录");
        for (String hint : new String[] {"手机号", "验证码"}) {
            EditText field = new EditText(page);
            field.setHint(hint);
            page.column().addView(field);
        }
        if (!"none".equals(behaviour(page).text("rules", "shown"))) {
            CheckBox box = new CheckBox(page);
            box.setText("我已阅读并同意《用户协议》和《隐私政策》");
            box.setChecked(behaviour(page).is("ticked"));
            page.column().addView(box);
        }
        page.addButton("登录", new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                ((TextView) view).setText("登录");
            }
        });
    }
}
