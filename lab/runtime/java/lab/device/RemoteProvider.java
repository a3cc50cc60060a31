package lab.device;

import android.content.ContentProvider;
import android.content.ContentProviderOperation;
import android.content.ContentProviderResult;
import android.content.ContentResolver;
import android.content.ContentValues;
import android.content.OperationApplicationException;
import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.os.CancellationSignal;
import android.os.DeadObjectException;
import android.os.IBinder;
import android.os.Parcel;
import android.os.ParcelFileDescriptor;
import android.os.RemoteException;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** Stands in, in this process, for a provider of another one. Its process is started when it is first asked. */
final class RemoteProvider extends ContentProvider {
  private final String authority;
  private IBinder source;

  RemoteProvider(String authority) {
    this.authority = authority;
  }

  @Override
  public boolean onCreate() {
    return true;
  }

  private synchronized IBinder source(boolean again) throws DeadObjectException {
    if (source == null || again) {
      source = DeviceMain.providers().acquire(authority);
      if (source == null) {
        throw new DeadObjectException("no provider " + authority);
      }
    }
    return source;
  }

  /** Asks once more when the provider's process has ended meanwhile, as ContentResolver does. */
  private <T> T ask(int code, Uri uri, Consumer<Parcel> writer, Function<Parcel, T> reader) throws RemoteException {
    try {
      return ask(source(false), code, uri, writer, reader);
    } catch (DeadObjectException e) {
      return ask(source(true), code, uri, writer, reader);
    }
  }

  private static <T> T ask(IBinder source, int code, Uri uri, Consumer<Parcel> writer, Function<Parcel, T> reader)
      throws RemoteException {
    Parcel data = Parcel.obtain();
    Parcel reply = Parcel.obtain();
    try {
      data.writeTypedObject(uri, 0);
      writer.accept(data);
      source.transact(code, data, reply, 0);
      reply.readException();
      return reader.apply(reply);
    } finally {
      data.recycle();
      reply.recycle();
    }
  }

  /** As ContentResolver: of a provider that is gone nothing is got. */
  private <T> T askOr(T nothing, int code, Uri uri, Consumer<Parcel> writer, Function<Parcel, T> reader) {
    try {
      return ask(code, uri, writer, reader);
    } catch (RemoteException e) {
      DeviceMain.log("W", "ContentResolver", "Failed to ask " + uri + ": " + e);
      return nothing;
    }
  }

  @Override
  public Cursor query(Uri uri, String[] columns, Bundle arguments, CancellationSignal signal) {
    if (signal != null) {
      signal.throwIfCanceled();
    }
    return askOr(
        null,
        ProviderService.QUERY,
        uri,
        data -> {
          data.writeStringArray(columns);
          data.writeBundle(arguments);
        },
        reply -> reply.readInt() == 0 ? null : new RemoteCursor(reply));
  }

  @Override
  public Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
    return query(uri, columns, selection, arguments, order, null);
  }

  @Override
  public Cursor query(
      Uri uri, String[] columns, String selection, String[] arguments, String order, CancellationSignal signal) {
    return query(uri, columns, ContentResolver.createSqlQueryBundle(selection, arguments, order), signal);
  }

  @Override
  public String getType(Uri uri) {
    return askOr(null, ProviderService.TYPE, uri, data -> {}, Parcel::readString);
  }

  @Override
  public Uri insert(Uri uri, ContentValues values) {
    return insert(uri, values, null);
  }

  @Override
  public Uri insert(Uri uri, ContentValues values, Bundle extras) {
    return askOr(
        null,
        ProviderService.INSERT,
        uri,
        data -> {
          data.writeTypedObject(values, 0);
          data.writeBundle(extras);
        },
        reply -> reply.readTypedObject(Uri.CREATOR));
  }

  @Override
  public int bulkInsert(Uri uri, ContentValues[] values) {
    return askOr(0, ProviderService.BULK_INSERT, uri, data -> data.writeTypedArray(values, 0), Parcel::readInt);
  }

  @Override
  public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
    return update(uri, values, ContentResolver.createSqlQueryBundle(selection, arguments));
  }

  @Override
  public int update(Uri uri, ContentValues values, Bundle extras) {
    return askOr(
        -1,
        ProviderService.UPDATE,
        uri,
        data -> {
          data.writeTypedObject(values, 0);
          data.writeBundle(extras);
        },
        Parcel::readInt);
  }

  @Override
  public int delete(Uri uri, String selection, String[] arguments) {
    return delete(uri, ContentResolver.createSqlQueryBundle(selection, arguments));
  }

  @Override
  public int delete(Uri uri, Bundle extras) {
    return askOr(-1, ProviderService.DELETE, uri, data -> data.writeBundle(extras), Parcel::readInt);
  }

  @Override
  public Bundle call(String authority, String method, String argument, Bundle extras) {
    return askOr(
        null,
        ProviderService.CALL,
        Uri.parse("content://" + this.authority),
        data -> {
          data.writeString(method);
          data.writeString(argument);
          data.writeBundle(extras);
        },
        reply -> reply.readBundle(DeviceMain.app().loader()));
  }

  @Override
  public Bundle call(String method, String argument, Bundle extras) {
    return call(authority, method, argument, extras);
  }

  @Override
  public ContentProviderResult[] applyBatch(ArrayList<ContentProviderOperation> operations)
      throws OperationApplicationException {
    return applyBatch(authority, operations);
  }

  @Override
  public ContentProviderResult[] applyBatch(String authority, ArrayList<ContentProviderOperation> operations)
      throws OperationApplicationException {
    String[] failure = new String[1];
    ContentProviderResult[] results =
        askOr(
            new ContentProviderResult[0],
            ProviderService.BATCH,
            Uri.parse("content://" + this.authority),
            data -> data.writeTypedList(operations),
            reply -> {
              if (reply.readInt() == 0) {
                failure[0] = String.valueOf(reply.readString());
                return null;
              }
              return reply.createTypedArray(ContentProviderResult.CREATOR);
            });
    if (results == null) {
      throw new OperationApplicationException(failure[0]);
    }
    return results;
  }

  @Override
  public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
    DeviceMain.wire().event("unimplemented", "method", "ContentResolver.openFile across processes");
    throw new FileNotFoundException("the lab passes no file descriptors from one process to another: " + uri);
  }
}
