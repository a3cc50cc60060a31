package lab.device.shadows;

import android.content.ContentResolver;
import android.content.ContentValues;
import android.database.ContentObserver;
import android.net.Uri;
import java.util.Collection;
import java.util.Collections;
import lab.device.Observers;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowContentResolver;

/**
 * A URI that no provider answers is an error to write to, where Robolectric makes a row of it. Observers are heard of in
 * all processes.
 */
@Implements(ContentResolver.class)
public class LabContentResolver extends ShadowContentResolver {
  private static void check(Uri uri) {
    if (ShadowContentResolver.getProvider(uri) == null) {
      throw new IllegalArgumentException("Unknown URL " + uri);
    }
  }

  @Override
  @Implementation
  protected void registerContentObserver(Uri uri, boolean descendants, ContentObserver observer) {
    Observers.register(uri, descendants, observer);
  }

  @Override
  @Implementation
  protected void registerContentObserver(Uri uri, boolean descendants, ContentObserver observer, int user) {
    Observers.register(uri, descendants, observer);
  }

  @Override
  @Implementation
  protected void unregisterContentObserver(ContentObserver observer) {
    Observers.unregister(observer);
  }

  @Override
  @Implementation
  protected void notifyChange(Uri uri, ContentObserver observer) {
    notifyChange(uri, observer, ContentResolver.NOTIFY_SYNC_TO_NETWORK);
  }

  @Override
  @Implementation
  protected void notifyChange(Uri uri, ContentObserver observer, boolean sync) {
    notifyChange(uri, observer, sync ? ContentResolver.NOTIFY_SYNC_TO_NETWORK : 0);
  }

  @Override
  @Implementation
  protected void notifyChange(Uri uri, ContentObserver observer, int flags) {
    Observers.notify(Collections.singletonList(uri), observer, flags);
  }

  @Override
  @Implementation
  protected void notifyChange(Collection<Uri> uris, ContentObserver observer, int flags) {
    Observers.notify(uris, observer, flags);
  }

  @Override
  @Implementation
  protected Uri insert(Uri uri, ContentValues values) {
    check(uri);
    return super.insert(uri, values);
  }

  @Override
  @Implementation
  protected int bulkInsert(Uri uri, ContentValues[] values) {
    check(uri);
    return super.bulkInsert(uri, values);
  }

  @Override
  @Implementation
  protected int update(Uri uri, ContentValues values, String where, String[] arguments) {
    check(uri);
    return super.update(uri, values, where, arguments);
  }

  @Override
  @Implementation
  protected int delete(Uri uri, String where, String[] arguments) {
    check(uri);
    return super.delete(uri, where, arguments);
  }
}
