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
import lab.device.DeviceMain;
import lab.device.system.Daemon;
import lab.device.system.SystemServices;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivityManager;

/** The processes and services that run, which the daemon knows; the activity manager's service is the lab's own. */
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
      RunningAppProcessInfo info = new RunningAppProcessInfo();
      fill(info, one);
      found.add(info);
    }
    return found.isEmpty() ? null : found;
  }

  @Implementation
  protected static void getMyMemoryState(RunningAppProcessInfo out) {
    if (DeviceMain.app() == null) {
      return;
    }
    for (Map<?, ?> one : running("processes")) {
      if (DeviceMain.app().processName().equals(one.get("name"))) {
        fill(out, one);
      }
    }
  }

  private static void fill(RunningAppProcessInfo info, Map<?, ?> one) {
    info.processName = (String) one.get("name");
    info.pid = number(one, "pid");
    info.uid = number(one, "uid");
    info.pkgList = new String[] {DeviceMain.app().packageName()};
    info.importance = number(one, "importance");
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
      info.started = Boolean.TRUE.equals(one.get("started"));
      info.foreground = Boolean.TRUE.equals(one.get("foreground"));
      found.add(info);
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<?, ?>> running(String what) {
    Object listed = Daemon.ask("running").get(what);
    return listed == null ? Collections.emptyList() : (List<Map<?, ?>>) listed;
  }

  private static int number(Map<?, ?> fields, String name) {
    return ((Number) fields.get(name)).intValue();
  }

  @Implementation
  protected static IActivityManager getService() {
    return SystemServices.activities();
  }
}
