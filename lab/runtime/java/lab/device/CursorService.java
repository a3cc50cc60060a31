package lab.device;

import android.database.Cursor;
import android.os.Binder;
import android.os.Parcel;

/**
 * A cursor of this process for another one: its rows go over in pages. On a phone it is CursorToBulkCursorAdaptor, whose
 * pages are shared memory.
 */
final class CursorService extends Binder {
  static final int PAGE = FIRST_CALL_TRANSACTION;
  static final int CLOSE = FIRST_CALL_TRANSACTION + 1;

  private static final int PAGE_SIZE = 256 << 10;

  private final Cursor cursor;

  private CursorService(Cursor cursor) {
    this.cursor = cursor;
  }

  /** Columns, count, extras, the cursor itself if its first page is not all of it, and the first page. */
  static void send(Cursor cursor, Parcel reply) {
    int count = cursor.getCount();
    reply.writeStringArray(cursor.getColumnNames());
    reply.writeInt(count);
    reply.writeBundle(cursor.getExtras());
    Parcel page = Parcel.obtain();
    try {
      int rows = writePage(cursor, 0, page);
      if (rows < count) {
        reply.writeStrongBinder(new CursorService(cursor));
      } else {
        reply.writeStrongBinder(null);
        cursor.close();
      }
      reply.appendFrom(page, 0, page.dataSize());
    } finally {
      page.recycle();
    }
  }

  @Override
  protected synchronized boolean onTransact(int code, Parcel data, Parcel reply, int flags) {
    switch (code) {
      case PAGE:
        int from = data.readInt();
        if (from < 0 || from >= cursor.getCount()) {
          throw new IllegalArgumentException("no row " + from);
        }
        reply.writeNoException();
        writePage(cursor, from, reply);
        return true;
      case CLOSE:
        cursor.close();
        return true;
      default:
        return false;
    }
  }

  /** First row, number of rows, the rows. Gives the number. */
  private static int writePage(Cursor cursor, int from, Parcel out) {
    Parcel rows = Parcel.obtain();
    try {
      int count = 0;
      int columns = cursor.getColumnCount();
      for (boolean more = cursor.moveToPosition(from); more && rows.dataSize() < PAGE_SIZE; more = cursor.moveToNext()) {
        for (int column = 0; column < columns; column++) {
          writeCell(cursor, column, rows);
        }
        count++;
        if (count == 1 && rows.dataSize() > Binders.ROOM / 2) {
          throw new IllegalStateException("Row too big: row " + from + " has " + rows.dataSize() + " bytes");
        }
      }
      out.writeInt(from);
      out.writeInt(count);
      if (count > 0) {
        out.appendFrom(rows, 0, rows.dataSize());
      }
      return count;
    } finally {
      rows.recycle();
    }
  }

  private static void writeCell(Cursor cursor, int column, Parcel out) {
    int type = cursor.getType(column);
    out.writeInt(type);
    switch (type) {
      case Cursor.FIELD_TYPE_INTEGER:
        out.writeLong(cursor.getLong(column));
        break;
      case Cursor.FIELD_TYPE_FLOAT:
        out.writeDouble(cursor.getDouble(column));
        break;
      case Cursor.FIELD_TYPE_BLOB:
        out.writeByteArray(cursor.getBlob(column));
        break;
      case Cursor.FIELD_TYPE_STRING:
        out.writeString(cursor.getString(column));
        break;
      default:
        break;
    }
  }
}
