package lab.device.shadows;

import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.os.Bundle;
import android.os.Handler;
import android.os.Process;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import lab.device.DeviceMain;
import lab.device.Permissions;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadows.ShadowContextImpl;

/** What a context asks of the system. */
@Implements(className = ShadowContextImpl.CLASS_NAME, isInAndroidSdk = false)
public class LabContextImpl extends ShadowContextImpl {
  @RealObject private Context context;

  @Override
  @Implementation
  protected ClassLoader getClassLoader() {
    return DeviceMain.app() == null ? LabContextImpl.class.getClassLoader() : DeviceMain.app().loader();
  }

  /**
   * Services whose Robolectric shadow keeps its state in the manager object: one manager for the whole
   * process, so that an activity's shows what the application's holds.
   */
  private static final Set<String> SHARED =
      new HashSet<>(
          Arrays.asList(
              Context.ACCOUNT_SERVICE, Context.ALARM_SERVICE, Context.AUDIO_SERVICE, Context.BATTERY_SERVICE,
              Context.BLUETOOTH_SERVICE, Context.CLIPBOARD_SERVICE, Context.CONNECTIVITY_SERVICE,
              Context.DOWNLOAD_SERVICE, Context.JOB_SCHEDULER_SERVICE, Context.LOCATION_SERVICE,
              Context.NOTIFICATION_SERVICE, Context.POWER_SERVICE, Context.SENSOR_SERVICE,
              Context.STORAGE_SERVICE, Context.TELEPHONY_SERVICE, Context.TELEPHONY_SUBSCRIPTION_SERVICE,
              Context.USAGE_STATS_SERVICE, Context.WIFI_SERVICE));

  private static final Map<String, Object> MANAGERS = new ConcurrentHashMap<>();

  @Override
  @Implementation
  protected Object getSystemService(String name) {
    if (name == null || DeviceMain.app() == null || !SHARED.contains(name)) {
      return super.getSystemService(name);
    }
    Object manager = MANAGERS.get(name);
    if (manager == null) {
      manager = super.getSystemService(name);
      if (manager != null) {
        MANAGERS.put(name, manager);
      }
    }
    return manager;
  }

  @Override
  @Implementation
  protected int checkPermission(String permission, int pid, int uid) {
    boolean self = uid == Process.myUid() && Permissions.granted(permission);
    return self ? PackageManager.PERMISSION_GRANTED : PackageManager.PERMISSION_DENIED;
  }

  // Services

  @Override
  @Implementation
  protected ComponentName startService(Intent service) {
    return DeviceMain.services().start(service, false);
  }

  @Override
  @Implementation
  protected ComponentName startForegroundService(Intent service) {
    return DeviceMain.services().start(service, true);
  }

  @Override
  @Implementation
  protected boolean stopService(Intent service) {
    return DeviceMain.services().stop(service);
  }

  @Override
  @Implementation
  protected boolean bindService(Intent service, ServiceConnection connection, int flags) {
    return DeviceMain.services().bind(service, connection, flags, context.getMainExecutor());
  }

  @Override
  @Implementation
  protected boolean bindService(Intent service, int flags, Executor executor, ServiceConnection connection) {
    return DeviceMain.services().bind(service, connection, flags, executor);
  }

  @Override
  @Implementation
  protected void unbindService(ServiceConnection connection) {
    DeviceMain.services().unbind(connection);
  }

  // Broadcasts: first to the receivers this process has registered, then on to the daemon for all others.

  public void deliverToRegistered(Intent intent) {
    super.sendBroadcast(intent);
  }

  @Override
  @Implementation
  protected void sendBroadcast(Intent intent) {
    super.sendBroadcast(intent);
    tell(intent);
  }

  @Override
  @Implementation
  protected void sendBroadcast(Intent intent, String permission) {
    super.sendBroadcast(intent, permission);
    tell(intent);
  }

  @Override
  @Implementation
  protected void sendBroadcast(Intent intent, String permission, Bundle options) {
    super.sendBroadcast(intent, permission, options);
    tell(intent);
  }

  @Override
  @Implementation
  protected void sendOrderedBroadcast(Intent intent, String permission) {
    super.sendOrderedBroadcast(intent, permission);
    tell(intent);
  }

  @Override
  @Implementation
  protected void sendOrderedBroadcast(
      Intent intent,
      String permission,
      BroadcastReceiver result,
      Handler scheduler,
      int code,
      String data,
      Bundle extras) {
    super.sendOrderedBroadcast(intent, permission, result, scheduler, code, data, extras);
    tell(intent);
  }

  private static void tell(Intent intent) {
    if (DeviceMain.app() != null && DeviceMain.app().application() != null) {
      DeviceMain.tellBroadcast(intent);
    }
  }
}
