package lab.device;

import android.os.Bundle;
import android.os.Parcel;
import android.os.TransactionTooLargeException;
import java.util.Collections;
import java.util.Map;

/** What activities save for the time after their process, which the daemon keeps. */
final class SavedState {
  private SavedState() {}

  /** The answer to `lifecycle`. Throws as PendingTransactionActions does when it is too much. */
  static Map<String, Object> write(Bundle saved) {
    if (saved == null) {
      return Collections.emptyMap();
    }
    Parcel parcel = Parcel.obtain();
    try {
      parcel.writeBundle(saved);
      if (parcel.dataSize() > Binders.ROOM) {
        throw new RuntimeException(
            new TransactionTooLargeException("data parcel size " + parcel.dataSize() + " bytes"));
      }
      return Collections.singletonMap("state", ParcelCodec.write(parcel, DeviceMain.binders()));
    } finally {
      parcel.recycle();
    }
  }

  static Bundle read(Map<String, Object> state, ClassLoader loader) {
    if (state == null) {
      return null;
    }
    Parcel parcel = Parcel.obtain();
    try {
      ParcelCodec.read(state, parcel, DeviceMain.binders());
      return parcel.readBundle(loader);
    } finally {
      parcel.recycle();
    }
  }
}
