package example.adverts;

import android.app.Activity;
import android.view.View;

/** Two accounts on the home page, and a product with its price. `by_account`: what each account pays, in order. */
final class Prices extends Feature {
    private static final String[] ACCOUNTS = {"甲", "乙"};

    Prices() {
        super("prices");
    }

    @Override
    void onHome(final HomeActivity home) {
        for (final String account : ACCOUNTS) {
            home.add("登录账号" + account, new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    Choice.kept(home).edit().putString("account", account).commit();
                    home.say("已登录 " + account);
                }
            });
        }
        home.addPage("松子礼盒", ProductActivity.class);
    }

    static String price(Activity page) {
        String[] prices = Behaviour.of(page, "prices").texts("by_account");
        boolean second = ACCOUNTS[1].equals(Choice.kept(page).getString("account", ""));
        return prices[second ? 1 : 0];
    }
}
