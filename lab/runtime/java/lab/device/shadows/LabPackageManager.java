package lab.device.shadows;

import android.content.pm.PackageManager;
import android.os.IRemoteCallback;
import lab.device.DeviceMain;
import lab.device.Permissions;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowApplicationPackageManager;

/** Permission answers of the package manager are the daemon's, not the manifest's. */
@Implements(className = "android.app.ApplicationPackageManager", isInAndroidSdk = false)
public class LabPackageManager extends ShadowApplicationPackageManager {
  @Override
  @Implementation
  protected int checkPermission(String permission, String packageName) {
    if (DeviceMain.app() == null || !DeviceMain.app().packageName().equals(packageName)) {
      return super.checkPermission(permission, packageName);
    }
    return Permissions.granted(permission)
        ? PackageManager.PERMISSION_GRANTED
        : PackageManager.PERMISSION_DENIED;
  }

  @Override
  @Implementation
  protected boolean shouldShowRequestPermissionRationale(String permission) {
    return Permissions.wantsRationale(permission);
  }

  /** For the framework's own PackageMonitor: the lab tells of package changes by broadcast alone. */
  @Implementation
  protected void registerPackageMonitorCallback(IRemoteCallback callback, int userId) {}

  @Implementation
  protected void unregisterPackageMonitorCallback(IRemoteCallback callback) {}
}
