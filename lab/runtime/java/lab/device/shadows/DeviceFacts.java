package lab.device.shadows;

import lab.device.BoundApp;
import lab.device.DeviceMain;

/** What shadows ask about the app they serve. */
final class DeviceFacts {
  private DeviceFacts() {}

  static int targetSdk() {
    BoundApp app = DeviceMain.app();
    return app == null ? 35 : app.parsed().applicationInfo.targetSdkVersion;
  }
}
