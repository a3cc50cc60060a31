package lab.device;

import android.accounts.Account;
import android.accounts.AccountManager;
import android.bluetooth.BluetoothAdapter;
import android.bluetooth.BluetoothDevice;
import android.bluetooth.BluetoothManager;
import android.content.Context;
import android.content.Intent;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.PackageParser;
import android.hardware.Sensor;
import android.hardware.SensorManager;
import android.net.DhcpInfo;
import android.net.LinkAddress;
import android.net.LinkProperties;
import android.net.wifi.ScanResult;
import android.net.wifi.SupplicantState;
import android.net.wifi.WifiInfo;
import android.net.wifi.WifiManager;
import android.os.BatteryManager;
import android.os.Build;
import android.os.SystemProperties;
import android.telephony.SubscriptionManager;
import android.telephony.TelephonyManager;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import lab.device.shadows.LabBluetoothDevice;
import lab.device.shadows.LabTelephonyManager;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowAccountManager;
import org.robolectric.shadows.ShadowBluetoothAdapter;
import org.robolectric.shadows.ShadowPackageManager;
import org.robolectric.shadows.ShadowProcess;
import org.robolectric.shadows.ShadowSensor;
import org.robolectric.shadows.ShadowSensorManager;
import org.robolectric.shadows.ShadowSubscriptionManager;
import org.robolectric.shadows.ShadowSubscriptionManager.SubscriptionInfoBuilder;
import org.robolectric.shadows.ShadowWebSettings;
import org.robolectric.shadows.ShadowWifiInfo;
import org.robolectric.shadows.ShadowWifiManager;
import org.robolectric.util.ReflectionHelpers;

/** Puts the device profile into the framework's services, before any code of the app has run. */
final class Planter {
  private static final String[] FEATURES = {
    PackageManager.FEATURE_NFC, PackageManager.FEATURE_CAMERA, PackageManager.FEATURE_CAMERA_ANY,
    PackageManager.FEATURE_CAMERA_AUTOFOCUS, PackageManager.FEATURE_CAMERA_FLASH, PackageManager.FEATURE_CAMERA_FRONT,
    PackageManager.FEATURE_MICROPHONE, PackageManager.FEATURE_FINGERPRINT, PackageManager.FEATURE_BLUETOOTH,
    PackageManager.FEATURE_LOCATION, PackageManager.FEATURE_LOCATION_GPS, PackageManager.FEATURE_SCREEN_PORTRAIT,
    PackageManager.FEATURE_TELEPHONY, PackageManager.FEATURE_TOUCHSCREEN, PackageManager.FEATURE_WIFI, PackageManager.FEATURE_WEBVIEW,
    PackageManager.FEATURE_BLUETOOTH_LE, PackageManager.FEATURE_FAKETOUCH, PackageManager.FEATURE_LOCATION_NETWORK,
    PackageManager.FEATURE_SCREEN_LANDSCAPE, PackageManager.FEATURE_SENSOR_ACCELEROMETER, PackageManager.FEATURE_SENSOR_COMPASS,
    PackageManager.FEATURE_SENSOR_GYROSCOPE, PackageManager.FEATURE_SENSOR_LIGHT, PackageManager.FEATURE_SENSOR_PROXIMITY,
    PackageManager.FEATURE_SENSOR_STEP_COUNTER, PackageManager.FEATURE_SENSOR_STEP_DETECTOR, PackageManager.FEATURE_TELEPHONY_GSM,
    PackageManager.FEATURE_TOUCHSCREEN_MULTITOUCH,
  };
  private static final int PREFIX = 24; // bits of the address that are the network's

  private final Context context;
  private final Set<String> queried;

  /** `queried`: the packages that the app's manifest names in its queries element. */
  Planter(Context context, List<String> queried) {
    this.context = context;
    this.queried = new HashSet<>(queried);
  }

  /** What a class reads when it is initialised, so it must be there first: android.os.Build and properties. */
  static void plantBuild(String processName) {
    Profile profile = Profile.device();
    ShadowProcess.setPid((int) ProcessHandle.current().pid());
    ShadowProcess.setProcessName(processName);
    for (Map.Entry<String, Object> property : profile.object("properties").fields().entrySet()) {
      SystemProperties.set(property.getKey(), String.valueOf(property.getValue()));
    }
    Profile build = profile.object("build");
    String[] names = {
      "manufacturer", "brand", "model", "device", "product", "board", "hardware", "fingerprint", "id", "display",
      "host", "user", "type", "tags", "bootloader", "serial"
    };
    for (String name : names) {
      if (build.has(name)) {
        ReflectionHelpers.setStaticField(Build.class, name.toUpperCase(java.util.Locale.ROOT), build.text(name));
      }
    }
    if (build.has("time_ms")) {
      ReflectionHelpers.setStaticField(Build.class, "TIME", build.number("time_ms"));
    }
    plantVersion(build);
    String[] abis = {"arm64-v8a"};
    ReflectionHelpers.setStaticField(Build.class, "SUPPORTED_ABIS", abis);
    ReflectionHelpers.setStaticField(Build.class, "SUPPORTED_64_BIT_ABIS", abis);
    ReflectionHelpers.setStaticField(Build.class, "CPU_ABI", abis[0]);
    if (profile.has("timezone")) {
      TimeZone.setDefault(TimeZone.getTimeZone(profile.text("timezone")));
    }
  }

  private static void plantVersion(Profile build) {
    String[] keys = {"release", "incremental", "security_patch"};
    for (String key : keys) {
      if (build.has(key)) {
        ReflectionHelpers.setStaticField(
            Build.VERSION.class, key.toUpperCase(java.util.Locale.ROOT), build.text(key));
      }
    }
  }

  void plant(PackageParser.Package app) {
    Profile profile = Profile.device();
    telephony(profile.object("telephony"));
    wifi(profile.object("wifi"));
    bluetooth(profile.object("bluetooth"));
    accounts(profile.list("accounts"));
    installed(profile.list("installed_apps"), app);
    sensors(profile.list("sensors"));
    battery(profile.object("battery"));
    Networks.update();
    hardware();
    if (profile.has("user_agent")) {
      ShadowWebSettings.setDefaultUserAgent(profile.text("user_agent"));
    }
  }

  /** What every phone has. */
  private void hardware() {
    ShadowPackageManager packages = Shadow.extract(context.getPackageManager());
    for (String feature : FEATURES) {
      packages.setSystemFeature(feature, true);
    }
  }

  private void telephony(Profile telephony) {
    TelephonyManager manager = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
    Shadow.<LabTelephonyManager>extract(manager).plant(telephony);
    SubscriptionManager subscriptions =
        (SubscriptionManager) context.getSystemService(Context.TELEPHONY_SUBSCRIPTION_SERVICE);
    List<android.telephony.SubscriptionInfo> infos = new ArrayList<>();
    for (Profile sim : telephony.list("sims")) {
      String operator = sim.text("operator_numeric", "");
      SubscriptionInfoBuilder builder =
          SubscriptionInfoBuilder.newBuilder()
              .setId(sim.integer("slot") + 1)
              .setSimSlotIndex(sim.integer("slot"))
              .setIccId(Profile.identifiersOpen() ? sim.text("iccid", "") : "")
              .setNumber(sim.text("phone_number", ""))
              .setDisplayName(sim.text("operator_name", ""))
              .setCarrierName(sim.text("operator_name", ""))
              .setCountryIso(sim.text("country_iso", ""));
      if (operator.length() >= 5) {
        builder.setMcc(operator.substring(0, 3)).setMnc(operator.substring(3));
      }
      infos.add(builder.buildSubscriptionInfo());
    }
    if (!infos.isEmpty()) {
      Shadow.<ShadowSubscriptionManager>extract(subscriptions).setActiveSubscriptionInfoList(infos);
      int first = infos.get(0).getSubscriptionId();
      ShadowSubscriptionManager.setDefaultSubscriptionId(first);
      ShadowSubscriptionManager.setDefaultDataSubscriptionId(first);
      ShadowSubscriptionManager.setDefaultSmsSubscriptionId(first);
      ShadowSubscriptionManager.setDefaultVoiceSubscriptionId(first);
      ShadowSubscriptionManager.setActiveDataSubscriptionId(first);
    }
  }

  private void wifi(Profile wifi) {
    if (wifi.isEmpty()) {
      return;
    }
    WifiManager manager = (WifiManager) context.getSystemService(Context.WIFI_SERVICE);
    ShadowWifiManager shadow = Shadow.extract(manager);
    shadow.setWifiState(WifiManager.WIFI_STATE_ENABLED);
    WifiInfo info = ShadowWifiInfo.newInstance();
    ShadowWifiInfo shadowInfo = Shadow.extract(info);
    shadowInfo.setSSID(wifi.text("ssid"));
    shadowInfo.setBSSID(wifi.text("bssid"));
    shadowInfo.setMacAddress(wifi.text("mac"));
    shadowInfo.setSupplicantState(SupplicantState.COMPLETED);
    shadowInfo.setFrequency(wifi.integer("frequency_mhz"));
    shadowInfo.setRssi(wifi.integer("rssi_dbm"));
    shadowInfo.setLinkSpeed(wifi.integer("link_speed_mbps"));
    shadowInfo.setNetworkId(wifi.integer("network_id"));
    InetAddress address = address(wifi.text("ip"));
    if (address != null) {
      shadowInfo.setInetAddress(address);
    }
    shadow.setConnectionInfo(info);
    List<ScanResult> results = new ArrayList<>();
    for (Profile seen : wifi.list("scan")) {
      ScanResult result = new ScanResult();
      result.SSID = seen.text("ssid", "");
      result.BSSID = seen.text("bssid", "");
      result.frequency = seen.integer("frequency_mhz");
      result.level = seen.integer("rssi_dbm");
      result.capabilities = seen.text("capabilities", "");
      result.timestamp = android.os.SystemClock.elapsedRealtime() * 1000;
      results.add(result);
    }
    shadow.setScanResults(results);
    DhcpInfo dhcp = new DhcpInfo();
    dhcp.ipAddress = littleEndian(wifi.text("ip"));
    dhcp.gateway = littleEndian(wifi.text("gateway"));
    dhcp.netmask = littleEndian(wifi.text("netmask"));
    List<String> dns = wifi.texts("dns");
    dhcp.dns1 = dns.isEmpty() ? 0 : littleEndian(dns.get(0));
    shadow.setDhcpInfo(dhcp);
    if (address != null) {
      LinkProperties link = new LinkProperties();
      link.setInterfaceName("wlan0");
      link.addLinkAddress(new LinkAddress(address, PREFIX));
      for (String server : wifi.texts("dns")) {
        link.addDnsServer(address(server));
      }
      Networks.plant(link);
    }
  }

  private static InetAddress address(String text) {
    try {
      return text == null ? null : InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new DeviceMain.Wrong("no address: " + text);
    }
  }

  /** DhcpInfo's ints have the first byte of the address lowest. */
  private static int littleEndian(String text) {
    InetAddress address = address(text);
    if (address == null) {
      return 0;
    }
    byte[] bytes = address.getAddress();
    return (bytes[0] & 255) | (bytes[1] & 255) << 8 | (bytes[2] & 255) << 16 | (bytes[3] & 255) << 24;
  }

  private void bluetooth(Profile bluetooth) {
    if (bluetooth.isEmpty()) {
      return;
    }
    BluetoothAdapter adapter =
        ((BluetoothManager) context.getSystemService(Context.BLUETOOTH_SERVICE)).getAdapter();
    ShadowBluetoothAdapter shadow = Shadow.extract(adapter);
    shadow.setState(BluetoothAdapter.STATE_ON);
    shadow.setAddress(bluetooth.text("mac").toUpperCase(Locale.ROOT)); // BluetoothAdapter.checkBluetoothAddress takes no other
    Set<BluetoothDevice> bonded = new HashSet<>();
    for (Profile one : bluetooth.list("bonded")) {
      BluetoothDevice device = adapter.getRemoteDevice(one.text("mac").toUpperCase(Locale.ROOT));
      Shadow.<LabBluetoothDevice>extract(device).plant(one.text("name"));
      bonded.add(device);
    }
    shadow.setBondedDevices(bonded);
  }

  private void accounts(List<Profile> accounts) {
    AccountManager manager = (AccountManager) context.getSystemService(Context.ACCOUNT_SERVICE);
    ShadowAccountManager shadow = Shadow.extract(manager);
    for (Profile account : accounts) {
      shadow.addAccount(new Account(account.text("name"), account.text("type")));
    }
  }

  /** Only those that this app may see (package visibility, Android 11). */
  private void installed(List<Profile> apps, PackageParser.Package app) {
    ShadowPackageManager manager = Shadow.extract(context.getPackageManager());
    boolean all =
        app.applicationInfo.targetSdkVersion < Build.VERSION_CODES.R
            || Permissions.granted("android.permission.QUERY_ALL_PACKAGES");
    for (Profile one : apps) {
      String name = one.text("package");
      if (!all && !queried.contains(name) || name.equals(app.packageName)) {
        continue;
      }
      PackageInfo info = new PackageInfo();
      info.packageName = name;
      info.versionName = one.text("version_name");
      info.setLongVersionCode(one.number("version_code"));
      info.firstInstallTime = one.number("first_install_ms");
      info.lastUpdateTime = info.firstInstallTime;
      info.applicationInfo = new ApplicationInfo();
      info.applicationInfo.packageName = name;
      info.applicationInfo.processName = name;
      info.applicationInfo.nonLocalizedLabel = one.text("label");
      info.applicationInfo.name = one.text("label");
      info.applicationInfo.enabled = true;
      info.applicationInfo.flags =
          ApplicationInfo.FLAG_HAS_CODE
              | ApplicationInfo.FLAG_INSTALLED
              | (one.flag("system") ? ApplicationInfo.FLAG_SYSTEM : 0);
      info.applicationInfo.sourceDir = "/data/app/" + name + "/base.apk";
      info.applicationInfo.publicSourceDir = info.applicationInfo.sourceDir;
      manager.installPackage(info);
    }
  }

  private void sensors(List<Profile> sensors) {
    SensorManager manager = (SensorManager) context.getSystemService(Context.SENSOR_SERVICE);
    ShadowSensorManager shadow = Shadow.extract(manager);
    for (Profile one : sensors) {
      Sensor sensor = ShadowSensor.newInstance(one.integer("type"));
      ReflectionHelpers.setField(Sensor.class, sensor, "mName", one.text("name"));
      ReflectionHelpers.setField(Sensor.class, sensor, "mVendor", one.text("vendor"));
      shadow.addSensor(sensor);
    }
  }

  private void battery(Profile battery) {
    if (battery.isEmpty()) {
      return;
    }
    Battery.set(
        context,
        new Intent(Intent.ACTION_BATTERY_CHANGED)
            .putExtra(BatteryManager.EXTRA_LEVEL, battery.integer("level"))
            .putExtra(BatteryManager.EXTRA_SCALE, Math.max(1, battery.integer("scale")))
            .putExtra(BatteryManager.EXTRA_STATUS, battery.integer("status"))
            .putExtra(BatteryManager.EXTRA_PLUGGED, battery.integer("plugged"))
            .putExtra(BatteryManager.EXTRA_HEALTH, battery.integer("health"))
            .putExtra(BatteryManager.EXTRA_TEMPERATURE, battery.integer("temperature_dc"))
            .putExtra(BatteryManager.EXTRA_PRESENT, true));
  }
}
