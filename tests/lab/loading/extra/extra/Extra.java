package extra;

import android.net.Uri;

/** Comes in a dex file of its own. */
public final class Extra {
    private Extra() {
    }

    public static String word() {
        return Uri.parse("content://extra.example/word").getLastPathSegment();
    }
}
