package lab.device.shadows;

import org.robolectric.annotation.Implements;

/** Notifications are the daemon's: the framework's own code asks for them, where Robolectric's would only remember. */
@Implements(className = "android.app.NotificationManager", isInAndroidSdk = false)
public class LabNotificationManager {}
