package lab.device.shadows;

import android.webkit.CookieManager;
import org.robolectric.annotation.Implements;

/** CookieManager's own code runs, and asks lab.device.web. */
@Implements(CookieManager.class)
public class LabCookieManager {}
