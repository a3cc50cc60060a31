package example.adverts;

import android.app.Dialog;
import android.content.Intent;
import android.view.Gravity;
import android.view.View;
import android.view.Window;
import android.widget.LinearLayout;
import android.widget.TextView;

/**
 * An advertisement over the home page.
 *
 *   close: closes (the default), opens (a false one: it opens the advertisement), again (it comes back at once), none
 *   close_dp: its side, 40 where it is not told
 *   cancelable: the back key and a tap beside it close it, too
 *   picture_opens: a tap on its picture opens the advertisement
 */
final class PopUp extends Feature {
    PopUp() {
        super("popup");
    }

    @Override
    void onHome(HomeActivity home) {
        show(home, behaviour(home));
    }

    private void show(final HomeActivity home, final Behaviour how) {
        float dp = home.getResources().getDisplayMetrics().density;
        final Dialog dialog = new Dialog(home);
        dialog.requestWindowFeature(Window.FEATURE_NO_TITLE);
        dialog.setCancelable(how.is("cancelable"));
        LinearLayout column = new LinearLayout(home);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setGravity(Gravity.CENTER_HORIZONTAL);
        TextView picture = new TextView(home);
        picture.setText("广告 新人礼包 满100减50 限时优惠券");
        picture.setTextSize(24);
        picture.setGravity(Gravity.CENTER);
        picture.setBackgroundColor(0xffffcdd2);
        picture.setMinimumHeight((int) (220 * dp));
        if (how.is("picture_opens")) {
            picture.setOnClickListener(opener(home));
        }
        column.addView(picture, new LinearLayout.LayoutParams((int) (280 * dp), (int) (220 * dp)));
        final String close = how.text("close", "closes");
        if (!"none".equals(close)) {
            int side = (int) (how.number("close_dp", 40) * dp);
            TextView cross = new TextView(home);
            cross.setText("×");
            cross.setContentDescription("关闭");
            cross.setGravity(Gravity.CENTER);
            cross.setTextColor(0xff222222);
            cross.setBackgroundColor(0xffffffff);
            cross.setOnClickListener("opens".equals(close) ? opener(home) : new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    dialog.dismiss();
                    if ("again".equals(close)) {
                        show(home, how);
                    }
                }
            });
            column.addView(cross, new LinearLayout.LayoutParams(side, side));
        }
        dialog.setContentView(column);
        dialog.show();
    }

    private static View.OnClickListener opener(final HomeActivity home) {
        return new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                home.startActivity(new Intent(home, LandingActivity.class));
            }
        };
    }
}
