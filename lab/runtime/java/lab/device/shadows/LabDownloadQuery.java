package lab.device.shadows;

import android.app.DownloadManager;
import org.robolectric.annotation.Implements;

/** The framework's own. */
@Implements(DownloadManager.Query.class)
public class LabDownloadQuery {}
