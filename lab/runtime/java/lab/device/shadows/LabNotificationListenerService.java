package lab.device.shadows;

import android.service.notification.NotificationListenerService;
import org.robolectric.annotation.Implements;

/** Listeners read what the daemon holds, by the framework's own code, where Robolectric's would only remember. */
@Implements(NotificationListenerService.class)
public class LabNotificationListenerService extends LabService {}
