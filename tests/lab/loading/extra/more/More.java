package more;

import android.net.Uri;

/** Comes in a dex file of its own. */
public final class More {
    private More() {
    }

    public static String word() {
        return Uri.parse("content://more.example/more").getLastPathSegment();
    }
}
