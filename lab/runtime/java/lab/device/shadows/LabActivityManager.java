package lab.device.shadows;

import android.app.ActivityManager;
import android.app.IActivityManager;
import lab.device.DeafServices;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivityManager;

/** What is asked of the activity manager past its shadow's methods ends in nothing, and is told. */
@Implements(ActivityManager.class)
public class LabActivityManager extends ShadowActivityManager {
  @Implementation
  protected static IActivityManager getService() {
    return DeafServices.telling(IActivityManager.class, ShadowActivityManager.getService());
  }
}
