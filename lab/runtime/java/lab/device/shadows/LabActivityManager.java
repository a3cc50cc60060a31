package lab.device.shadows;

import android.app.ActivityManager;
import android.app.IActivityManager;
import lab.device.system.SystemServices;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivityManager;

/** The activity manager's service is the lab's own. */
@Implements(ActivityManager.class)
public class LabActivityManager extends ShadowActivityManager {
  @Implementation
  protected static IActivityManager getService() {
    return SystemServices.activities();
  }
}
