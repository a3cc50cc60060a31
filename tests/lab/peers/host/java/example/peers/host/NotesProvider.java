package example.peers.host;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.Bundle;
import android.os.Process;
import android.provider.ContactsContract;
import java.util.ArrayList;
import java.util.List;

/** Notes in memory; /many/N gives N rows. */
public class NotesProvider extends ContentProvider {
    private final List<String> notes = new ArrayList<String>();

    @Override
    public boolean onCreate() {
        return true;
    }

    @Override
    public synchronized Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
        MatrixCursor cursor = new MatrixCursor(new String[] {"_id", "text", "weight", "blob", "none"});
        if ("many".equals(uri.getPathSegments().get(0))) {
            int count = Integer.parseInt(uri.getLastPathSegment());
            for (int i = 0; i < count; i++) {
                cursor.addRow(new Object[] {i, "row " + i + " 你好", i / 2.0, new byte[] {(byte) i, 1}, null});
            }
        } else {
            for (int i = 0; i < notes.size(); i++) {
                if (selection == null || notes.get(i).equals(arguments[0])) {
                    cursor.addRow(new Object[] {i, notes.get(i), 0.5, null, null});
                }
            }
        }
        Bundle extras = new Bundle();
        extras.putString("from", String.valueOf(Process.myPid()));
        cursor.setExtras(extras);
        return cursor;
    }

    @Override
    public String getType(Uri uri) {
        return "vnd.android.cursor.dir/note";
    }

    @Override
    public synchronized Uri insert(Uri uri, ContentValues values) {
        notes.add(values.getAsString("text"));
        Uri made = Uri.withAppendedPath(uri, String.valueOf(notes.size() - 1));
        getContext().getContentResolver().notifyChange(made, null);
        return made;
    }

    @Override
    public synchronized int delete(Uri uri, String selection, String[] arguments) {
        int count = notes.size();
        notes.clear();
        return count;
    }

    @Override
    public synchronized int update(Uri uri, ContentValues values, String selection, String[] arguments) {
        for (int i = 0; i < notes.size(); i++) {
            notes.set(i, values.getAsString("text"));
        }
        return notes.size();
    }

    @Override
    public Bundle call(String method, String argument, Bundle extras) {
        if (method.equals("kill")) {
            Process.killProcess(Process.myPid());
        }
        if (method.equals("contact")) {
            getContext().getContentResolver().insert(ContactsContract.RawContacts.CONTENT_URI, new ContentValues());
        }
        Bundle answer = new Bundle();
        answer.putString("caller", getCallingPackage());
        answer.putString("word", method + " " + argument + " " + extras.getInt("n"));
        return answer;
    }
}
