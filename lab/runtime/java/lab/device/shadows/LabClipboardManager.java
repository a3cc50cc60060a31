package lab.device.shadows;

import org.robolectric.annotation.Implements;

/** The clipboard is the daemon's: the framework's own code asks for it, where Robolectric's keeps one in each process. */
@Implements(className = "android.content.ClipboardManager", isInAndroidSdk = false)
public class LabClipboardManager {}
