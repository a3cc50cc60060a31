package android.database;

public class ListCursor implements Cursor {
    private final String[] columns;
    private final Object[][] rows;
    private int position = -1;

    public ListCursor(String[] columns, Object[][] rows) {
        this.columns = columns;
        this.rows = rows;
    }

    @Override
    public int getCount() {
        return rows.length;
    }

    @Override
    public String[] getColumnNames() {
        return columns;
    }

    @Override
    public int getPosition() {
        return position;
    }

    @Override
    public boolean moveToPosition(int to) {
        if (to < -1 || to > rows.length) {
            return false;
        }
        position = to;
        return to >= 0 && to < rows.length;
    }

    @Override
    public int getType(int column) {
        Object cell = rows[position][column];
        return cell == null ? 0 : cell instanceof byte[] ? 4 : 3;
    }

    @Override
    public String getString(int column) {
        if (rows[position][column] instanceof RuntimeException) {
            throw (RuntimeException) rows[position][column];
        }
        return (String) rows[position][column];
    }

    @Override
    public byte[] getBlob(int column) {
        return (byte[]) rows[position][column];
    }
}
