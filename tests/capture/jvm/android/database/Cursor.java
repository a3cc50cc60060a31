package android.database;

public interface Cursor {
    int getCount();

    String[] getColumnNames();

    int getPosition();

    boolean moveToPosition(int position);

    int getType(int column);

    String getString(int column);

    byte[] getBlob(int column);
}
