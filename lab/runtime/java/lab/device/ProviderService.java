package lab.device;

import android.content.ContentProvider;
import android.content.ContentProviderOperation;
import android.content.ContentProviderResult;
import android.content.ContentValues;
import android.content.OperationApplicationException;
import android.database.Cursor;
import android.net.Uri;
import android.os.Binder;
import android.os.Bundle;
import android.os.Parcel;
import java.util.ArrayList;
import lab.device.shadows.LabContentProvider;

/** Speaks for a provider of this process to other processes: what ContentProvider.Transport is on a phone. */
final class ProviderService extends Binder {
  static final int QUERY = FIRST_CALL_TRANSACTION;
  static final int INSERT = FIRST_CALL_TRANSACTION + 1;
  static final int UPDATE = FIRST_CALL_TRANSACTION + 2;
  static final int DELETE = FIRST_CALL_TRANSACTION + 3;
  static final int CALL = FIRST_CALL_TRANSACTION + 4;
  static final int TYPE = FIRST_CALL_TRANSACTION + 5;
  static final int BULK_INSERT = FIRST_CALL_TRANSACTION + 6;
  static final int BATCH = FIRST_CALL_TRANSACTION + 7;

  private final String authority;
  private final ContentProvider provider;

  ProviderService(String authority, ContentProvider provider) {
    this.authority = authority;
    this.provider = provider;
  }

  @Override
  protected boolean onTransact(int code, Parcel data, Parcel reply, int flags) {
    ClassLoader loader = DeviceMain.app().loader();
    Uri uri = data.readTypedObject(Uri.CREATOR);
    if (uri == null || !authority.equals(uri.getAuthority())) {
      // What it may do depends on the URI: one that names another provider must not pass for one of this.
      throw new SecurityException("The authority of the uri " + uri + " does not match the one of the contentProvider: " + authority);
    }
    LabContentProvider.setCaller(DeviceMain.providers().caller(authority, uri));
    try {
      return carryOut(code, uri, data, reply, loader);
    } finally {
      LabContentProvider.setCaller(null);
    }
  }

  private boolean carryOut(int code, Uri uri, Parcel data, Parcel reply, ClassLoader loader) {
    switch (code) {
      case QUERY:
        check(uri, false);
        query(uri, data.createStringArray(), data.readBundle(loader), reply);
        return true;
      case INSERT:
        check(uri, true);
        Uri made = provider.insert(uri, data.readTypedObject(ContentValues.CREATOR), data.readBundle(loader));
        reply.writeNoException();
        reply.writeTypedObject(made, 0);
        return true;
      case UPDATE:
        check(uri, true);
        answer(reply, provider.update(uri, data.readTypedObject(ContentValues.CREATOR), data.readBundle(loader)));
        return true;
      case DELETE:
        check(uri, true);
        answer(reply, provider.delete(uri, data.readBundle(loader)));
        return true;
      case CALL:
        Bundle result = provider.call(authority, data.readString(), data.readString(), data.readBundle(loader));
        reply.writeNoException();
        reply.writeBundle(result);
        return true;
      case TYPE:
        String type = provider.getType(uri);
        reply.writeNoException();
        reply.writeString(type);
        return true;
      case BULK_INSERT:
        check(uri, true);
        answer(reply, provider.bulkInsert(uri, data.createTypedArray(ContentValues.CREATOR)));
        return true;
      case BATCH:
        batch(data.createTypedArrayList(ContentProviderOperation.CREATOR), reply);
        return true;
      default:
        return false;
    }
  }

  private static void answer(Parcel reply, int rows) {
    reply.writeNoException();
    reply.writeInt(rows);
  }

  private void check(Uri uri, boolean write) {
    DeviceMain.providers().check(authority, uri, write);
  }

  private void query(Uri uri, String[] columns, Bundle arguments, Parcel reply) {
    Cursor cursor = provider.query(uri, columns, arguments, null);
    reply.writeNoException();
    reply.writeInt(cursor == null ? 0 : 1);
    if (cursor != null) {
      CursorService.send(cursor, reply);
    }
  }

  private void batch(ArrayList<ContentProviderOperation> operations, Parcel reply) {
    for (ContentProviderOperation operation : operations) {
      if (!authority.equals(operation.getUri().getAuthority())) {
        throw new SecurityException("an operation on " + operation.getUri() + " in a batch for " + authority);
      }
      check(operation.getUri(), operation.isWriteOperation());
    }
    ContentProviderResult[] results;
    try {
      results = provider.applyBatch(authority, operations);
    } catch (OperationApplicationException e) {
      reply.writeNoException();
      reply.writeInt(0);
      reply.writeString(e.getMessage());
      return;
    }
    reply.writeNoException();
    reply.writeInt(1);
    reply.writeTypedArray(results, 0);
  }
}
