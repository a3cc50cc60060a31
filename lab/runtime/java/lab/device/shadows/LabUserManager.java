package lab.device.shadows;

import android.os.UserManager;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowUserManager;

/** The one user of a lab device is unlocked from the start: credential-encrypted storage is open. */
@Implements(UserManager.class)
public class LabUserManager extends ShadowUserManager {
  @Implementation
  protected boolean isUserUnlocked(int user) {
    return true;
  }

  @Implementation
  protected boolean isUserUnlockingOrUnlocked(int user) {
    return true;
  }
}
