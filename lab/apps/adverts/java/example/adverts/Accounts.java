package example.adverts;

import android.content.Context;
import android.view.View;

/** Two accounts on the home page, 甲 and 乙, to log in with. */
final class Accounts extends Feature {
    private static final String[] NAMES = {"甲", "乙"};

    Accounts() {
        super("accounts");
    }

    @Override
    void onHome(final HomeActivity home) {
        for (final String account : NAMES) {
            home.add("登录账号" + account, new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    Choice.kept(home).edit().putString("account", account).commit();
                    home.say("已登录 " + account);
                }
            });
        }
    }

    /** The number of the account that is logged in, 0 where none is. */
    static int current(Context context) {
        return NAMES[1].equals(Choice.kept(context).getString("account", "")) ? 1 : 0;
    }
}
