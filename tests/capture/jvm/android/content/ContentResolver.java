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
        if (uri.toString().contains("uncounted")) {
            int count = Integer.parseInt(uri.toString().substring(uri.toString().lastIndexOf('/') + 1));
            return new ListCursor(new String[] {"_id"}, new Object[0][]) {
                @Override
                public int getCount() {
                    return count;
                }
            };
        }
        if (uri.toString().contains("broken")) {
            return new ListCursor(new String[] {"_id"}, new Object[][] {{"1"}, {new IllegalStateException("cursor is closed")}});
        }
        if (uri.toString().contains("wide")) {
            String[] columns = new String[40];
            Object[] row = new Object[40];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = "c" + i;
                StringBuilder cell = new StringBuilder();
                while (cell.length() < 300) {
                    cell.append('雨');
                }
                row[i] = cell.toString();
            }
            Object[][] many = new Object[30][];
            java.util.Arrays.fill(many, row);
            return new ListCursor(columns, many);
        }
        Object[][] rows = {{"1", "梁小雨", new byte[] {1, (byte) 0xab}}, {"2", "O'Neill", null}};
        return new ListCursor(new String[] {"_id", "display_name", "photo"}, rows);
    }
}
