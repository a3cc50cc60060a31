package lab.device.shadows;

import android.content.pm.PackageManager;
import android.os.Process;
import lab.device.DeviceMain;
import lab.device.Permissions;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowContextImpl;

/** What a context asks of the system. */
@Implements(className = ShadowContextImpl.CLASS_NAME, isInAndroidSdk = false)
public class LabContextImpl extends ShadowContextImpl {
  @Override
  @Implementation
  protected ClassLoader getClassLoader() {
    return DeviceMain.app() == null ? LabContextImpl.class.getClassLoader() : DeviceMain.app().loader();
  }

  @Override
  @Implementation
  protected int checkPermission(String permission, int pid, int uid) {
    boolean self = uid == Process.myUid() && Permissions.granted(permission);
    return self ? PackageManager.PERMISSION_GRANTED : PackageManager.PERMISSION_DENIED;
  }
}
