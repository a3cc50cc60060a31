package lab.device.shadows;

import android.net.wifi.ScanResult;
import android.net.wifi.WifiInfo;
import android.net.wifi.WifiManager;
import java.util.Collections;
import java.util.List;
import lab.device.Permissions;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowWifiInfo;
import org.robolectric.shadows.ShadowWifiManager;
import org.robolectric.util.ReflectionHelpers;

/**
 * Wi-Fi. Network names need the precise location (WifiPermissionsUtil.enforceCanAccessScanResults); the own
 * MAC address is hidden from ordinary apps since Android 6, unless the profile's identifiers are "open".
 */
@Implements(WifiManager.class)
public class LabWifiManager extends ShadowWifiManager {
  private static final String FINE = "android.permission.ACCESS_FINE_LOCATION";
  private static final String STATE = "android.permission.ACCESS_WIFI_STATE";
  private static final String HIDDEN = "02:00:00:00:00:00";

  @Override
  @Implementation
  protected WifiInfo getConnectionInfo() {
    Permissions.enforce(STATE, "WifiService");
    WifiInfo info = super.getConnectionInfo();
    if (info == null) {
      return null;
    }
    WifiInfo shown = new WifiInfo(info);
    ShadowWifiInfo shadow = Shadow.extract(shown);
    if (!Permissions.granted(FINE)) {
      ReflectionHelpers.setField(WifiInfo.class, shown, "mWifiSsid", null);
      shadow.setBSSID(HIDDEN);
      shadow.setNetworkId(-1);
    }
    if (!Profile.identifiersOpen()) {
      shadow.setMacAddress(HIDDEN);
    }
    return shown;
  }

  @Override
  @Implementation
  protected List<ScanResult> getScanResults() {
    Permissions.enforce(STATE, "WifiService");
    return Permissions.granted(FINE) ? super.getScanResults() : Collections.emptyList();
  }
}
