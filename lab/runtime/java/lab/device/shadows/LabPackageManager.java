package lab.device.shadows;

import android.content.ComponentName;
import android.content.pm.PackageManager;
import android.content.pm.PackageParser;
import android.content.pm.ProviderInfo;
import android.os.IRemoteCallback;
import android.os.Process;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import lab.device.BoundApp;
import lab.device.DeviceMain;
import lab.device.Permissions;
import lab.device.system.Daemon;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowApplicationPackageManager;
import org.robolectric.shadows.ShadowContentResolver;

/** Permission answers of the package manager are the daemon's, not the manifest's. */
@Implements(className = "android.app.ApplicationPackageManager", isInAndroidSdk = false)
public class LabPackageManager extends ShadowApplicationPackageManager {
  private static final String RESOLVER = ShadowContentResolver.class.getName();

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

  /** The daemon keeps it, since it is the daemon that starts components. */
  @Override
  @Implementation
  protected void setComponentEnabledSetting(ComponentName component, int state, int flags) {
    super.setComponentEnabledSetting(component, state, flags);
    if (DeviceMain.app() != null) {
      Daemon.ask("enable", "component", component.flattenToString(), "state", state);
    }
  }

  /** Of one process by its name and uid, or of all for null; Robolectric knows none. */
  @Implementation
  protected List<ProviderInfo> queryContentProviders(String process, int uid, int flags) {
    List<ProviderInfo> found = new ArrayList<>();
    BoundApp app = DeviceMain.app();
    for (PackageParser.Provider provider : app == null ? Collections.<PackageParser.Provider>emptyList() : app.parsed().providers) {
      ProviderInfo info = provider.info;
      String own = info.processName == null ? app.packageName() : info.processName;
      if (process == null || own.equals(process) && uid == Process.myUid()) {
        info.applicationInfo = app.parsed().applicationInfo;
        info.processName = own;
        found.add(info);
      }
    }
    found.sort((left, right) -> Integer.compare(right.initOrder, left.initOrder));
    return found;
  }

  /**
   * The resolver asks for an authority that it does not know yet, in order to make the provider: one of another process is not
   * made but stood in for. To anybody else it is a mere question.
   */
  @Override
  @Implementation
  protected ProviderInfo resolveContentProvider(String authority, int flags) {
    if (authority != null && DeviceMain.app() != null && isResolver()) {
      DeviceMain.providers().find(authority);
      return null;
    }
    return super.resolveContentProvider(authority, flags);
  }

  private static boolean isResolver() {
    return StackWalker.getInstance()
        .walk(frames -> frames.limit(12).anyMatch(one -> one.getClassName().equals(RESOLVER)));
  }

  /** For the framework's own PackageMonitor: the lab tells of package changes by broadcast alone. */
  @Implementation
  protected void registerPackageMonitorCallback(IRemoteCallback callback, int userId) {}

  @Implementation
  protected void unregisterPackageMonitorCallback(IRemoteCallback callback) {}
}
