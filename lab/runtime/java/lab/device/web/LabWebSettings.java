package lab.device.web;

import android.content.Context;
import android.net.Uri;
import android.os.Build;
import android.security.NetworkSecurityPolicy;
import android.webkit.WebSettings;
import lab.device.Profile;
import org.robolectric.fakes.RoboWebSettings;

/** The settings of one WebView: Robolectric keeps the values, the defaults are those of Android 15. */
final class LabWebSettings extends RoboWebSettings {
  private String userAgent;
  private boolean safeBrowsing = true;
  private boolean preRaster;
  private int menuItems;

  LabWebSettings(Context context) {
    boolean old = context.getApplicationInfo().targetSdkVersion < Build.VERSION_CODES.R;
    setAllowFileAccess(old);
    setMixedContentMode(WebSettings.MIXED_CONTENT_NEVER_ALLOW);
    setDefaultTextEncodingName("UTF-8");
    setTextZoom(100);
    setDefaultFontSize(16);
    setDefaultFixedFontSize(13);
    setLoadsImagesAutomatically(true);
  }

  static String defaultUserAgent() {
    return Profile.device().text("user_agent", RoboWebSettings.getDefaultUserAgent());
  }

  static boolean cleartextAllowed(String url) {
    String host = Uri.parse(url).getHost();
    return host == null || NetworkSecurityPolicy.getInstance().isCleartextTrafficPermitted(host);
  }

  @Override
  public synchronized void setUserAgentString(String agent) {
    userAgent = agent;
  }

  @Override
  public synchronized String getUserAgentString() {
    return userAgent == null || userAgent.isEmpty() ? defaultUserAgent() : userAgent;
  }

  @Override
  public boolean getSafeBrowsingEnabled() {
    return safeBrowsing;
  }

  @Override
  public void setSafeBrowsingEnabled(boolean enabled) {
    safeBrowsing = enabled;
  }

  @Override
  public boolean getOffscreenPreRaster() {
    return preRaster;
  }

  @Override
  public void setOffscreenPreRaster(boolean enabled) {
    preRaster = enabled;
  }

  @Override
  public int getDisabledActionModeMenuItems() {
    return menuItems;
  }

  @Override
  public void setDisabledActionModeMenuItems(int items) {
    menuItems = items;
  }
}
