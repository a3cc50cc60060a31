package lab.device.shadows;

import android.content.ContentResolver;
import android.content.ContentValues;
import android.net.Uri;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowContentResolver;

/** A URI that no provider answers is an error to write to, where Robolectric makes a row of it. */
@Implements(ContentResolver.class)
public class LabContentResolver extends ShadowContentResolver {
  private static void check(Uri uri) {
    if (ShadowContentResolver.getProvider(uri) == null) {
      throw new IllegalArgumentException("Unknown URL " + uri);
    }
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
