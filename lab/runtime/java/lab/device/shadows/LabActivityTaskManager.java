package lab.device.shadows;

import android.app.ActivityTaskManager;
import android.app.IActivityTaskManager;
import lab.device.DeafServices;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivityTaskManager;

/** The same for the manager of tasks. */
@Implements(value = ActivityTaskManager.class, isInAndroidSdk = false)
public class LabActivityTaskManager extends ShadowActivityTaskManager {
  @Implementation
  protected static IActivityTaskManager getService() {
    return DeafServices.telling(IActivityTaskManager.class, ShadowActivityTaskManager.getService());
  }
}
