package lab.device.shadows;

import org.robolectric.annotation.Implements;

/** Jobs are the daemon's: the framework's own code asks them, where Robolectric's would only remember. */
@Implements(className = "android.app.JobSchedulerImpl", isInAndroidSdk = false)
public class LabJobSchedulerImpl {}
