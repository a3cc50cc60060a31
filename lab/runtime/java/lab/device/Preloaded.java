package lab.device;

import android.util.Log;

/**
 * Classes of the framework that most apps use, loaded before any app is known, as Zygote does by its
 * list of preloaded classes: what reads a person's data or asks the system, which the rehearsal of a
 * window does not touch.
 */
final class Preloaded {
  private static final String[] NAMES = {
    "android.accounts.AccountManager", "android.app.Activity", "android.app.ActivityManager",
    "android.app.ActivityManager$RunningAppProcessInfo", "android.app.AlarmManager", "android.app.AppOpsManager",
    "android.app.DownloadManager", "android.app.Fragment", "android.app.IActivityManager$Stub$Proxy",
    "android.app.KeyguardManager", "android.app.NotificationManager", "android.app.Service", "android.app.WallpaperManager",
    "android.app.admin.DevicePolicyManager", "android.app.usage.StorageStatsManager", "android.app.usage.UsageStats",
    "android.app.usage.UsageStatsManager", "android.bluetooth.BluetoothAdapter", "android.bluetooth.BluetoothDevice",
    "android.bluetooth.BluetoothManager", "android.bluetooth.le.BluetoothLeScanner", "android.content.BroadcastReceiver",
    "android.content.ClipboardManager", "android.content.ContentProviderClient", "android.content.pm.IPackageManager$Stub$Proxy",
    "android.content.pm.LauncherApps", "android.content.pm.ResolveInfo", "android.content.pm.ShortcutManager",
    "android.hardware.Camera", "android.hardware.SensorManager", "android.hardware.SystemSensorManager",
    "android.hardware.biometrics.BiometricManager", "android.hardware.camera2.CameraManager",
    "android.hardware.display.DisplayManager", "android.hardware.fingerprint.FingerprintManager",
    "android.hardware.usb.UsbManager", "android.location.Address", "android.location.Geocoder", "android.location.Location",
    "android.location.LocationManager", "android.media.AudioManager", "android.media.AudioRecord", "android.media.ExifInterface",
    "android.media.MediaDrm", "android.media.MediaMetadataRetriever", "android.media.MediaPlayer", "android.media.MediaRecorder",
    "android.media.projection.MediaProjectionManager", "android.media.session.MediaSessionManager",
    "android.net.ConnectivityManager", "android.net.LinkProperties", "android.net.NetworkCapabilities", "android.net.NetworkInfo",
    "android.net.VpnService", "android.net.nsd.NsdManager", "android.net.wifi.IWifiManager$Stub$Proxy",
    "android.net.wifi.ScanResult", "android.net.wifi.WifiInfo", "android.net.wifi.WifiManager",
    "android.net.wifi.aware.WifiAwareManager", "android.net.wifi.p2p.WifiP2pManager", "android.net.wifi.rtt.WifiRttManager",
    "android.nfc.NfcAdapter", "android.nfc.Tag", "android.os.BatteryManager", "android.os.Debug",
    "android.os.PowerManager", "android.os.UserManager", "android.provider.CalendarContract$Instances",
    "android.provider.CallLog$Calls", "android.provider.ContactsContract$Contacts",
    "android.provider.MediaStore$Images$Media", "android.provider.MediaStore$Images$Thumbnails",
    "android.provider.Settings$Global", "android.provider.Settings$Secure", "android.provider.Settings$System",
    "android.service.notification.NotificationListenerService", "android.speech.SpeechRecognizer",
    "android.telecom.TelecomManager", "android.telephony.CellIdentityLte", "android.telephony.CellInfoLte",
    "android.telephony.PhoneStateListener", "android.telephony.SmsManager", "android.telephony.SmsMessage",
    "android.telephony.SubscriptionInfo", "android.telephony.SubscriptionManager", "android.telephony.TelephonyManager",
    "android.view.accessibility.AccessibilityManager", "android.view.inputmethod.InputMethodManager",
    "android.webkit.CookieManager", "android.webkit.WebSettings", "android.webkit.WebView", "android.webkit.WebViewClient",
    "com.android.internal.telephony.IPhoneSubInfo$Stub$Proxy", "com.android.internal.telephony.ITelephony$Stub$Proxy",
    "dalvik.system.DexClassLoader", "dalvik.system.PathClassLoader", "java.util.Scanner", "javax.crypto.Cipher", "javax.crypto.Mac",
  };

  private Preloaded() {}

  static void load(ClassLoader framework) {
    for (String name : NAMES) {
      try {
        Class.forName(name, true, framework);
      } catch (ClassNotFoundException | LinkageError missing) {
        Log.w("Zygote", "Class not found for preloading: " + name, missing);
      }
    }
  }
}
