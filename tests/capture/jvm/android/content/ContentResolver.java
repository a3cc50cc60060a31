package android.content;

import android.database.Cursor;
import android.database.ListCursor;
import android.net.Uri;

public abstract class ContentResolver {
    public abstract void nothing();

    public final Cursor query(Uri uri, String[] projection, String selection, String[] arguments, String order) {
        return query(uri, projection, selection, arguments, order, null);
    }

    public final Cursor query(Uri uri, String[] projection, String selection, String[] arguments, String order, Object signal) {
        if (uri.toString().contains("empty")) {
            return new ListCursor(new String[] {"_id"}, new Object[0][]);
        }
        Object[][] rows = {{"1", "梁小雨", new byte[] {1, (byte) 0xab}}, {"2", "O'Neill", null}};
        return new ListCursor(new String[] {"_id", "display_name", "photo"}, rows);
    }
}
