package lab.boot;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.annotation.Priority;
import org.robolectric.internal.ShadowProvider;

/**
 * Names the shadows of the lab, which come before Robolectric's own. Names only: the classes are
 * loaded inside the sandbox.
 */
@Priority(100)
public final class LabShadows implements ShadowProvider {
  private static final String[] PAIRS = {
    "android.accounts.AccountManager", "LabAccountManager",
    "android.app.ActivityManager", "LabActivityManager",
    "android.app.AlarmManager", "LabAlarmManager",
    "android.app.ActivityTaskManager", "LabActivityTaskManager",
    "android.app.ApplicationPackageManager", "LabPackageManager",
    "android.app.DownloadManager", "LabDownloadManager",
    "android.app.DownloadManager.Query", "LabDownloadQuery",
    "android.app.DownloadManager.Request", "LabDownloadRequest",
    "android.app.JobSchedulerImpl", "LabJobSchedulerImpl",
    "android.app.NotificationManager", "LabNotificationManager",
    "android.app.PendingIntent", "LabPendingIntent",
    "android.app.SearchManager", "LabSearchManager",
    "android.app.job.JobService", "LabJobService",
    "android.bluetooth.BluetoothAdapter", "LabBluetoothAdapter",
    "android.bluetooth.BluetoothDevice", "LabBluetoothDevice",
    "android.content.ClipboardManager", "LabClipboardManager",
    "android.compat.Compatibility", "LabCompatibility",
    "android.content.ContentProvider", "LabContentProvider",
    "android.content.ContentResolver", "LabContentResolver",
    "android.content.res.Resources", "LabResources",
    "android.graphics.SurfaceTexture", "LabSurfaceTexture",
    "android.hardware.Camera", "LabCamera",
    "android.hardware.camera2.CameraMetadata", "LabCameraMetadata",
    "android.hardware.camera2.impl.CameraMetadataNative", "LabCameraMetadataNative",
    "android.hardware.camera2.utils.SurfaceUtils", "LabSurfaceUtils",
    "android.hardware.biometrics.BiometricManager", "LabBiometricManager",
    "android.hardware.biometrics.CryptoObject", "LabCryptoObject",
    "android.hardware.fingerprint.FingerprintManager", "LabFingerprintManager",
    "android.location.LocationManager", "LabLocationManager",
    "android.media.AudioRecord", "LabAudioRecord",
    "android.media.MediaDrm", "LabMediaDrm",
    "android.media.MediaPlayer", "LabMediaPlayer",
    "android.media.MediaRecorder", "LabMediaRecorder",
    "android.media.audiofx.Visualizer", "LabVisualizer",
    "android.net.ConnectivityManager", "LabConnectivityManager",
    "android.net.ssl.SSLSockets", "LabSslSockets",
    "android.net.wifi.WifiManager", "LabWifiManager",
    "android.opengl.GLES20", "LabGles20",
    "android.os.Binder", "LabBinder",
    "android.os.BinderProxy", "LabBinderProxy",
    "android.os.Build", "LabBuild",
    "android.os.Environment", "LabStorage",
    "android.os.FileObserver.ObserverThread", "LabFileObserver",
    "android.os.Parcel", "LabParcel",
    "android.os.ParcelFileDescriptor", "LabParcelFileDescriptor",
    "android.os.Process", "LabProcess",
    "android.os.RemoteCallbackList", "LabRemoteCallbackList",
    "android.os.ResultReceiver", "LabResultReceiver",
    "android.os.ServiceManager", "LabServiceManager",
    "android.os.UserManager", "LabUserManager",
    "android.service.notification.NotificationListenerService", "LabNotificationListenerService",
    "android.telephony.TelephonyManager", "LabTelephonyManager",
    "android.text.format.Time.TimeCalculator", "LabTimeCalculator",
    "android.app.Activity", "LabActivity",
    "android.app.ContextImpl", "LabContextImpl",
    "android.app.Service", "LabService",
    "android.app.LoadedApk", "LabLoadedApk",
    "android.util.Log", "LabLog",
    "android.view.SurfaceView", "LabSurfaceView",
    "android.view.TextureView", "LabTextureView",
    "android.webkit.CookieManager", "LabCookieManager",
    "android.webkit.WebView", "LabWebView",
    "android.webkit.WebViewFactory", "LabWebViewFactory",
    "android.widget.Toast", "LabToast",
    "dalvik.system.BaseDexClassLoader", "LabBaseDexClassLoader",
    "dalvik.system.DexFile", "LabDexFile",
    "org.apache.http.impl.client.DefaultHttpClient", "LabHttpClient",
  };

  /** Robolectric picks these when it is asked, ahead of all that is named above. */
  private static final String[] PICKED = {
    "android.hardware.Camera$Parameters", "NoShadow",
    "android.hardware.Camera$Size", "NoShadow",
    "android.hardware.camera2.CameraCharacteristics", "NoShadow",
    "android.hardware.camera2.CameraManager", "NoShadow",
    "android.hardware.camera2.CameraManager$CameraManagerGlobal", "NoShadow",
    "android.hardware.camera2.CaptureRequest$Builder", "NoShadow",
    "android.hardware.camera2.CaptureResult", "NoShadow",
    "android.hardware.camera2.impl.CameraCaptureSessionImpl", "NoShadow",
    "android.hardware.camera2.impl.CameraDeviceImpl", "NoShadow",
    "android.media.ImageReader", "LabImageReader$Picker",
    "android.os.FileObserver", "NoShadow",
    "android.os.SystemClock", "LabSystemClock$Picker",
    "android.view.Surface", "LabSurface$Picker",
    "android.webkit.WebViewDatabase", "NoShadow",
  };

  @Override
  public void reset() {}

  @Override
  public Collection<Map.Entry<String, String>> getShadows() {
    List<Map.Entry<String, String>> shadows = new ArrayList<>();
    for (int i = 0; i < PAIRS.length; i += 2) {
      shadows.add(new SimpleImmutableEntry<>(PAIRS[i], "lab.device.shadows." + PAIRS[i + 1]));
    }
    return shadows;
  }

  @Override
  public Map<String, String> getShadowPickerMap() {
    Map<String, String> pickers = new HashMap<>();
    for (int i = 0; i < PICKED.length; i += 2) {
      pickers.put(PICKED[i], "lab.device.shadows." + PICKED[i + 1]);
    }
    return pickers;
  }

  @Override
  public String[] getProvidedPackageNames() {
    return new String[0];
  }
}
