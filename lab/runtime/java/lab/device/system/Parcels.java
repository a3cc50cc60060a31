package lab.device.system;

import android.os.IBinder;
import android.os.Parcel;
import android.os.Parcelable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import lab.device.ParcelCodec;

/** Objects of the framework as text that the daemon keeps unread. */
final class Parcels {
  private Parcels() {}

  static String write(Parcelable object) {
    Parcel parcel = Parcel.obtain();
    try {
      object.writeToParcel(parcel, 0);
      List<IBinder> objects = new ArrayList<>();
      String written = ParcelCodec.write(parcel, objects);
      if (!objects.isEmpty()) {
        throw new IllegalArgumentException("what the system keeps holds no binders: " + object);
      }
      return written;
    } finally {
      parcel.recycle();
    }
  }

  static <T> T read(String text, Parcelable.Creator<T> creator) {
    Parcel parcel = Parcel.obtain();
    try {
      ParcelCodec.read(text, parcel, Collections.emptyList());
      return creator.createFromParcel(parcel);
    } finally {
      parcel.recycle();
    }
  }
}
