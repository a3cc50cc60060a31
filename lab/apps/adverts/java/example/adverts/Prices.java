package example.adverts;

import android.app.Activity;

/** A product with its price. `by_account`: what each account pays, in order. */
final class Prices extends Feature {
    Prices() {
        super("prices");
    }

    @Override
    void onHome(HomeActivity home) {
        home.addPage("松子礼盒", ProductActivity.class);
    }

    static String price(Activity page) {
        return Behaviour.of(page, "prices").texts("by_account")[Accounts.current(page)];
    }
}
