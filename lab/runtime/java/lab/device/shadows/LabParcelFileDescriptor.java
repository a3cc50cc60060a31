package lab.device.shadows;

import android.os.IBinder;
import android.os.Parcel;
import android.os.ParcelFileDescriptor;
import android.os.Parcelable;
import lab.device.FileMarker;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowParcelFileDescriptor;
import org.robolectric.util.ReflectionHelpers;

/** In a parcel it is an object that is known to stay in its process, where Robolectric's is a mere number. */
@Implements(ParcelFileDescriptor.class)
public class LabParcelFileDescriptor extends ShadowParcelFileDescriptor {
  private static Parcelable.Creator<ParcelFileDescriptor> byNumber;

  private static final Parcelable.Creator<ParcelFileDescriptor> CREATOR =
      new Parcelable.Creator<ParcelFileDescriptor>() {
        @Override
        public ParcelFileDescriptor createFromParcel(Parcel source) {
          IBinder marker = source.readStrongBinder();
          if (!(marker instanceof FileMarker)) {
            throw new android.os.BadParcelableException("no file descriptor of this process");
          }
          Parcel number = Parcel.obtain();
          try {
            number.writeInt(((FileMarker) marker).number);
            number.setDataPosition(0);
            return byNumber.createFromParcel(number);
          } finally {
            number.recycle();
          }
        }

        @Override
        public ParcelFileDescriptor[] newArray(int size) {
          return new ParcelFileDescriptor[size];
        }
      };

  @Implementation
  protected static void __staticInitializer__() {
    Shadow.directInitialize(ParcelFileDescriptor.class);
    byNumber = ReflectionHelpers.getStaticField(ShadowParcelFileDescriptor.class, "CREATOR");
    ReflectionHelpers.setStaticField(ParcelFileDescriptor.class, "CREATOR", CREATOR);
  }

  @Override
  @Implementation
  protected void writeToParcel(Parcel out, int flags) {
    Parcel number = Parcel.obtain();
    try {
      super.writeToParcel(number, flags);
      number.setDataPosition(0);
      out.writeStrongBinder(new FileMarker(number.readInt()));
    } finally {
      number.recycle();
    }
  }
}
