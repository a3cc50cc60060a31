package lab.device.system;

import android.os.Parcel;
import android.os.Parcelable;
import java.util.Base64;

/** Objects of the framework as text that the daemon keeps unread. */
final class Parcels {
  private Parcels() {}

  static String write(Parcelable object) {
    Parcel parcel = Parcel.obtain();
    try {
      object.writeToParcel(parcel, 0);
      return Base64.getEncoder().encodeToString(parcel.marshall());
    } finally {
      parcel.recycle();
    }
  }

  static <T> T read(String text, Parcelable.Creator<T> creator) {
    byte[] bytes = Base64.getDecoder().decode(text);
    Parcel parcel = Parcel.obtain();
    try {
      parcel.unmarshall(bytes, 0, bytes.length);
      parcel.setDataPosition(0);
      return creator.createFromParcel(parcel);
    } finally {
      parcel.recycle();
    }
  }
}
