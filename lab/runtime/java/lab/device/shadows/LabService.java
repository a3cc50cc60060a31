package lab.device.shadows;

import android.app.Service;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadows.ShadowContextWrapper;

/** The framework's own services, which end when they say so. */
@Implements(Service.class)
public class LabService extends ShadowContextWrapper {
  @RealObject private Service service;

  @Implementation
  protected void stopSelf() {
    DeviceMain.services().stopSelf(service, -1);
  }

  @Implementation
  protected void stopSelf(int startId) {
    DeviceMain.services().stopSelf(service, startId);
  }

  @Implementation
  protected boolean stopSelfResult(int startId) {
    return DeviceMain.services().stopSelf(service, startId);
  }
}
