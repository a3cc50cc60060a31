package lab.device;

import android.database.AbstractCursor;
import android.database.Cursor;
import android.database.StaleDataException;
import android.os.Bundle;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;

/** The rows of a cursor of another process, a page of which is here. */
final class RemoteCursor extends AbstractCursor {
  private final String[] columns;
  private final int count;
  private final IBinder source;
  private Object[][] page;
  private int first;

  /** Reads what CursorService.send has written. */
  RemoteCursor(Parcel reply) {
    columns = reply.createStringArray();
    count = reply.readInt();
    Bundle extras = reply.readBundle(DeviceMain.app().loader());
    source = reply.readStrongBinder();
    if (extras != null) {
      setExtras(extras);
    }
    readPage(reply);
  }

  private void readPage(Parcel in) {
    first = in.readInt();
    page = new Object[in.readInt()][columns.length];
    for (Object[] row : page) {
      for (int column = 0; column < row.length; column++) {
        row[column] = readCell(in);
      }
    }
  }

  private static Object readCell(Parcel in) {
    switch (in.readInt()) {
      case Cursor.FIELD_TYPE_INTEGER:
        return in.readLong();
      case Cursor.FIELD_TYPE_FLOAT:
        return in.readDouble();
      case Cursor.FIELD_TYPE_BLOB:
        return in.createByteArray();
      case Cursor.FIELD_TYPE_STRING:
        return in.readString();
      default:
        return null;
    }
  }

  @Override
  public boolean onMove(int before, int position) {
    return position >= first && position < first + page.length || fetch(position);
  }

  private boolean fetch(int position) {
    Parcel data = Parcel.obtain();
    Parcel reply = Parcel.obtain();
    try {
      data.writeInt(position);
      source.transact(CursorService.PAGE, data, reply, 0);
      reply.readException();
      readPage(reply);
      return page.length > 0;
    } catch (RemoteException e) {
      DeviceMain.log("E", "BulkCursor", "Unable to get window because the remote process is dead");
      return false;
    } finally {
      data.recycle();
      reply.recycle();
    }
  }

  @Override
  public void close() {
    if (!isClosed() && source != null) {
      Parcel data = Parcel.obtain();
      try {
        source.transact(CursorService.CLOSE, data, null, IBinder.FLAG_ONEWAY);
      } catch (RemoteException e) {
        DeviceMain.log("W", "BulkCursor", "Remote process exception when closing");
      } finally {
        data.recycle();
      }
    }
    super.close();
  }

  private Object cell(int column) {
    if (isClosed()) {
      throw new StaleDataException("Attempting to access a closed cursor.");
    }
    checkPosition();
    return page[getPosition() - first][column];
  }

  @Override
  public int getCount() {
    return count;
  }

  @Override
  public String[] getColumnNames() {
    return columns;
  }

  @Override
  public int getType(int column) {
    Object value = cell(column);
    if (value == null) {
      return FIELD_TYPE_NULL;
    }
    if (value instanceof Long) {
      return FIELD_TYPE_INTEGER;
    }
    if (value instanceof Double) {
      return FIELD_TYPE_FLOAT;
    }
    return value instanceof byte[] ? FIELD_TYPE_BLOB : FIELD_TYPE_STRING;
  }

  @Override
  public String getString(int column) {
    Object value = cell(column);
    return value == null ? null : value instanceof byte[] ? new String((byte[]) value) : value.toString();
  }

  @Override
  public byte[] getBlob(int column) {
    Object value = cell(column);
    return value == null ? null : value instanceof byte[] ? (byte[]) value : value.toString().getBytes();
  }

  @Override
  public long getLong(int column) {
    Object value = cell(column);
    if (value instanceof Number) {
      return ((Number) value).longValue();
    }
    try {
      return value == null ? 0 : Long.parseLong(value.toString().trim());
    } catch (NumberFormatException e) {
      return 0; // as SQLite's cursors have it
    }
  }

  @Override
  public double getDouble(int column) {
    Object value = cell(column);
    if (value instanceof Number) {
      return ((Number) value).doubleValue();
    }
    try {
      return value == null ? 0 : Double.parseDouble(value.toString().trim());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public int getInt(int column) {
    return (int) getLong(column);
  }

  @Override
  public short getShort(int column) {
    return (short) getLong(column);
  }

  @Override
  public float getFloat(int column) {
    return (float) getDouble(column);
  }

  @Override
  public boolean isNull(int column) {
    return cell(column) == null;
  }
}
