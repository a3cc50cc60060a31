package lab.device.shadows;

import android.os.Parcel;
import java.io.FileDescriptor;
import lab.device.FileMarker;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowParcel;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** Bare file descriptors in parcels: see {@link LabParcelFileDescriptor}. */
@Implements(Parcel.class)
public class LabParcel extends ShadowParcel {
  @Implementation
  protected static long nativeWriteFileDescriptor(long parcel, FileDescriptor file) {
    ShadowParcel.nativeWriteStrongBinder(parcel, new FileMarker(ReflectionHelpers.<Integer>getField(file, "fd")));
    return ShadowParcel.nativeDataPosition(parcel);
  }

  @Implementation
  protected static FileDescriptor nativeReadFileDescriptor(long parcel) {
    FileMarker marker = (FileMarker) ShadowParcel.nativeReadStrongBinder(parcel);
    return ReflectionHelpers.callConstructor(FileDescriptor.class, ClassParameter.from(int.class, marker.number));
  }
}
