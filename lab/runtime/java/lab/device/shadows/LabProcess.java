package lab.device.shadows;

import android.os.Process;
import lab.boot.Wire;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowProcess;

/** Processes that end when they are killed: the own one, and others of the same app through the daemon. */
@Implements(Process.class)
public class LabProcess extends ShadowProcess {
  @Implementation
  protected static void killProcess(int pid) {
    if (pid == ShadowProcess.myPid()) {
      DeviceMain.wire().event("exit", "why", "it killed itself");
      Runtime.getRuntime().halt(0);
    }
    try {
      DeviceMain.wire().ask("kill", "pid", pid);
    } catch (Wire.Refused e) {
      DeviceMain.log("I", "Process", "Sending signal. PID: " + pid + " SIG: 9: " + e.getMessage());
    }
  }
}
