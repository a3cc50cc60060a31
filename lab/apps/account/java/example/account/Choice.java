package example.account;

import android.content.Context;
import android.content.SharedPreferences;

/** What the user has chosen, and what was written, kept over restarts. */
final class Choice {
    private Choice() {
    }

    private static SharedPreferences kept(Context context) {
        return context.getSharedPreferences("choice", Context.MODE_PRIVATE);
    }

    static boolean has(Context context, String what, boolean otherwise) {
        return kept(context).getBoolean(what, otherwise);
    }

    static void keep(Context context, String what, boolean value) {
        kept(context).edit().putBoolean(what, value).commit();
    }

    static String stored(Context context, String what) {
        return kept(context).getString("text " + what, "");
    }

    static void store(Context context, String what, String text) {
        kept(context).edit().putString("text " + what, text).commit();
    }
}
