package lab.device.shadows;

import android.app.DownloadManager;
import org.robolectric.annotation.Implements;

/** The framework's own, which asks the provider "downloads". */
@Implements(DownloadManager.class)
public class LabDownloadManager {}
