package lab.device.shadows;

import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.webkit.WebView;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowViewGroup;

/** WebView's own code runs, over lab.device.web; only what would ask the system for a package is answered here. */
@Implements(WebView.class)
public class LabWebView extends ShadowViewGroup {
  private static final String PACKAGE = "com.google.android.webview";
  private static final Pattern CHROME = Pattern.compile("Chrome/([0-9.]+)");

  /** The package whose version the device's user agent names. */
  @Implementation
  protected static PackageInfo getCurrentWebViewPackage() {
    Matcher version = CHROME.matcher(String.valueOf(Profile.device().text("user_agent")));
    PackageInfo info = new PackageInfo();
    info.packageName = PACKAGE;
    info.versionName = version.find() ? version.group(1) : "131.0.6778.39";
    String[] parts = info.versionName.split("\\.");
    info.setLongVersionCode(parts.length == 4 ? Long.parseLong(parts[2]) * 100_000 + Long.parseLong(parts[3]) * 100 : 1);
    info.applicationInfo = new ApplicationInfo();
    info.applicationInfo.packageName = PACKAGE;
    info.applicationInfo.enabled = true;
    return info;
  }

  @Implementation
  protected static void setDataDirectorySuffix(String suffix) {}

  @Implementation
  protected static void disableWebView() {}
}
