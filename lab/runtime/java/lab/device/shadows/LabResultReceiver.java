package lab.device.shadows;

import android.os.Bundle;
import android.os.ResultReceiver;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowResultReceiver;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The framework's own: to the handler it was made with, or to the process it came from. */
@Implements(ResultReceiver.class)
public class LabResultReceiver extends ShadowResultReceiver {
  @RealObject private ResultReceiver receiver;

  @Override
  @Implementation
  protected void send(int code, Bundle data) {
    Shadow.directlyOn(
        receiver,
        ResultReceiver.class,
        "send",
        ClassParameter.from(int.class, code),
        ClassParameter.from(Bundle.class, data));
  }
}
