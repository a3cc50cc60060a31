package example.shop;

import android.content.Context;
import android.content.SharedPreferences;

/** What the user answered to the privacy notice, kept across restarts. */
final class Consent {
    private static final String AGREED = "agreed";
    private static final String LIMITED = "limited";

    private final SharedPreferences store;

    Consent(Context context) {
        store = context.getSharedPreferences("consent", Context.MODE_PRIVATE);
    }

    boolean isAgreed() {
        return store.getBoolean(AGREED, false);
    }

    /** Whether the user chose to browse without agreeing. */
    boolean isLimited() {
        return store.getBoolean(LIMITED, false);
    }

    void agree() {
        store.edit().putBoolean(AGREED, true).putBoolean(LIMITED, false).commit();
    }

    void limit() {
        store.edit().putBoolean(AGREED, false).putBoolean(LIMITED, true).commit();
    }
}
