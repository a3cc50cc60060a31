package lab.device.shadows;

import org.robolectric.annotation.Implements;

/** Alarms are the daemon's: the framework's own code asks them, where Robolectric's would only remember. */
@Implements(className = "android.app.AlarmManager", isInAndroidSdk = false)
public class LabAlarmManager {}
