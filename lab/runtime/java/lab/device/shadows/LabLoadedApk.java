package lab.device.shadows;

import android.app.LoadedApk;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowLoadedApk;

/** The app's classes come from the app's own loader. */
@Implements(value = LoadedApk.class, isInAndroidSdk = false)
public class LabLoadedApk extends ShadowLoadedApk {
  @Override
  @Implementation
  public ClassLoader getClassLoader() {
    return DeviceMain.app() == null ? LabLoadedApk.class.getClassLoader() : DeviceMain.app().loader();
  }

  @Override
  @Implementation
  public ClassLoader getSplitClassLoader(String splitName) {
    return getClassLoader();
  }
}
