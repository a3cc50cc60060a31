package lab.device.shadows;

import android.app.ActivityManager;
import android.app.ActivityManager.RunningAppProcessInfo;
import android.app.ActivityManager.RunningServiceInfo;
import android.app.IActivityManager;
import android.content.ComponentName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import lab.device.DeafServices;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivityManager;

/** The processes and services that run, which the daemon knows; what else is asked of it ends in nothing, and is told. */
@Implements(value = ActivityManager.class)
public class LabActivityManager extends ShadowActivityManager {
  @Override
  @Implementation
  protected List<RunningAppProcessInfo> getRunningAppProcesses() {
    if (DeviceMain.app() == null) {
      return super.getRunningAppProcesses();
    }
    List<RunningAppProcessInfo> found = new ArrayList<>();
    for (Map<?, ?> one : running("processes")) {
      RunningAppProcessInfo info =
          new RunningAppProcessInfo((String) one.get("name"), number(one, "pid"), new String[] {DeviceMain.app().packageName()});
      info.uid = number(one, "uid");
      info.importance = number(one, "importance");
      found.add(info);
    }
    return found.isEmpty() ? null : found;
  }

  @Override
  @Implementation
  protected List<RunningServiceInfo> getRunningServices(int most) {
    List<RunningServiceInfo> found = new ArrayList<>();
    if (DeviceMain.app() == null) {
      return found;
    }
    for (Map<?, ?> one : running("services")) {
      if (found.size() == most) {
        break;
      }
      RunningServiceInfo info = new RunningServiceInfo();
      info.service = ComponentName.unflattenFromString((String) one.get("component"));
      info.pid = number(one, "pid");
      info.uid = number(one, "uid");
      info.process = (String) one.get("process");
      info.clientCount = number(one, "clients");
      info.started = true;
      found.add(info);
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<?, ?>> running(String what) {
    Object listed = DeviceMain.wire().ask("running").get(what);
    return listed == null ? Collections.emptyList() : (List<Map<?, ?>>) listed;
  }

  private static int number(Map<?, ?> fields, String name) {
    return ((Number) fields.get(name)).intValue();
  }

  @Implementation
  protected static IActivityManager getService() {
    return DeafServices.telling(IActivityManager.class, ShadowActivityManager.getService());
  }
}
