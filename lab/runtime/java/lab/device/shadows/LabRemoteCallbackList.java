package lab.device.shadows;

import android.os.RemoteCallbackList;
import org.robolectric.annotation.Implements;

/** The framework's own list: Robolectric's tells nobody of a callback whose process has ended. */
@Implements(RemoteCallbackList.class)
public class LabRemoteCallbackList {}
