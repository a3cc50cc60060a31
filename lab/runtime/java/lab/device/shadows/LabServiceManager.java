package lab.device.shadows;

import android.os.IBinder;
import android.os.ServiceManager;
import lab.device.DeafServices;
import lab.device.system.SystemServices;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowServiceManager;

/**
 * Robolectric's services are objects of the app's own process, which a stub hands back as they are. The telephone's
 * subscriber service, which apps ask past TelephonyManager, is one that a stub wraps in its proxy, as on a phone.
 */
@Implements(value = ServiceManager.class, isInAndroidSdk = false)
public class LabServiceManager extends ShadowServiceManager {
  private static final IBinder SUBSCRIBER = new SubscriberService();

  @Implementation
  protected static IBinder getService(String name) {
    IBinder own = own(name);
    return own != null ? own : DeafServices.of(name, ShadowServiceManager.getService(name));
  }

  @Implementation
  protected static IBinder checkService(String name) {
    IBinder own = own(name);
    return own != null ? own : DeafServices.of(name, ShadowServiceManager.checkService(name));
  }

  private static IBinder own(String name) {
    return SubscriberService.NAME.equals(name) ? SUBSCRIBER : SystemServices.find(name);
  }
}
