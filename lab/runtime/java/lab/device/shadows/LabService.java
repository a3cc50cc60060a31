package lab.device.shadows;

import android.app.Service;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadows.ShadowService;

/** Services that end when they say so. */
@Implements(Service.class)
public class LabService extends ShadowService {
  @RealObject private Service service;

  @Override
  @Implementation
  protected void stopSelf() {
    DeviceMain.services().stopSelf(service, -1);
  }

  @Override
  @Implementation
  protected void stopSelf(int startId) {
    DeviceMain.services().stopSelf(service, startId);
  }

  @Override
  @Implementation
  protected boolean stopSelfResult(int startId) {
    return DeviceMain.services().stopSelf(service, startId);
  }
}
