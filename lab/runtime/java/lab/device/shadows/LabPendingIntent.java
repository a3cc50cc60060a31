package lab.device.shadows;

import android.app.PendingIntent;
import android.os.Parcel;
import android.os.Parcelable;
import java.util.List;
import lab.device.system.Sender;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.util.ReflectionHelpers;

/** The framework's own pending intents, which travel as the number that they have with the daemon. */
@Implements(PendingIntent.class)
public class LabPendingIntent {
  @RealObject private PendingIntent intent;

  @Implementation
  protected static void __staticInitializer__() {
    Shadow.directInitialize(PendingIntent.class);
    ReflectionHelpers.setStaticField(
        PendingIntent.class,
        "CREATOR",
        new Parcelable.Creator<PendingIntent>() {
          @Override
          public PendingIntent createFromParcel(Parcel in) {
            return readPendingIntentOrNullFromParcel(in);
          }

          @Override
          public PendingIntent[] newArray(int size) {
            return new PendingIntent[size];
          }
        });
  }

  @Implementation
  protected void writeToParcel(Parcel out, int flags) {
    write(intent, out);
  }

  @Implementation
  protected static void writePendingIntentOrNullToParcel(PendingIntent sender, Parcel out) {
    write(sender, out);
  }

  @Implementation
  protected static PendingIntent readPendingIntentOrNullFromParcel(Parcel in) {
    String id = in.readString();
    return id == null ? null : new PendingIntent(Sender.of(id));
  }

  private static void write(PendingIntent sender, Parcel out) {
    out.writeString(sender == null ? null : Sender.idOf(sender.getTarget()));
    ThreadLocal<List<PendingIntent.OnMarshaledListener>> heard =
        ReflectionHelpers.getStaticField(PendingIntent.class, "sOnMarshaledListener");
    List<PendingIntent.OnMarshaledListener> listeners = heard.get();
    if (sender != null && listeners != null) {
      for (PendingIntent.OnMarshaledListener listener : listeners) {
        listener.onMarshaled(sender, out, 0);
      }
    }
  }
}
