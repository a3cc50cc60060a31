package lab.device.shadows;

import android.os.Build;
import lab.device.Permissions;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowBuild;

/** Build.getSerial, guarded as the telephone's identifiers are. */
@Implements(Build.class)
public class LabBuild extends ShadowBuild {
  @Implementation
  protected static String getSerial() {
    if (Profile.identifiersOpen()) {
      Permissions.enforce("android.permission.READ_PHONE_STATE", "getSerial");
      return Profile.device().object("build").text("serial", Build.UNKNOWN);
    }
    if (DeviceFacts.targetSdk() < 29 && Permissions.granted("android.permission.READ_PHONE_STATE")) {
      return Build.UNKNOWN;
    }
    throw new SecurityException(
        "getSerial: The user " + android.os.Process.myUid() + " does not meet the requirements to access device identifiers.");
  }
}
