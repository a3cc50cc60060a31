package example.edition;

import android.content.Context;
import android.content.SharedPreferences;

/** What the user has chosen, kept over restarts. */
final class Choice {
    private static final String FILE = "choice";

    private Choice() {
    }

    static SharedPreferences kept(Context context) {
        return context.getSharedPreferences(FILE, Context.MODE_PRIVATE);
    }

    static boolean has(Context context, String what) {
        return kept(context).getBoolean(what, false);
    }

    static void keep(Context context, String what, boolean value) {
        kept(context).edit().putBoolean(what, value).commit();
    }
}
