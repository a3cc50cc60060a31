package lab.device.shadows;

import android.app.ActivityManager;
import android.app.ActivityManager.RunningAppProcessInfo;
import android.app.IActivityManager;
import android.os.Process;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import lab.device.DeviceMain;
import lab.device.system.Daemon;
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

  /** Its own only, as for every app since Android 5.1. */
  @Override
  @Implementation
  protected List<RunningAppProcessInfo> getRunningAppProcesses() {
    RunningAppProcessInfo mine = new RunningAppProcessInfo();
    getMyMemoryState(mine);
    return new ArrayList<>(Collections.singletonList(mine));
  }

  @Implementation
  protected static void getMyMemoryState(RunningAppProcessInfo out) {
    out.pid = Process.myPid();
    out.uid = Process.myUid();
    out.processName = DeviceMain.app().processName();
    out.pkgList = new String[] {DeviceMain.app().packageName()};
    out.importance = ((Number) Daemon.ask("importance").get("importance")).intValue();
  }
}
