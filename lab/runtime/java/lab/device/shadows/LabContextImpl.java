package lab.device.shadows;

import android.app.ActivityThread;
import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.net.Uri;
import android.os.Binder;
import android.os.Bundle;
import android.os.Handler;
import android.os.Process;
import android.os.UserHandle;
import java.io.File;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import lab.device.Broadcasts;
import lab.device.DeviceMain;
import lab.device.Grants;
import lab.device.Permissions;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowContextImpl;
import org.robolectric.util.ReflectionHelpers;

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
    boolean granted =
        uid == Process.myUid()
            ? Permissions.granted(permission)
            : Boolean.TRUE.equals(
                DeviceMain.wire().ask("check_permission", "permission", permission, "uid", uid).get("granted"));
    return granted ? PackageManager.PERMISSION_GRANTED : PackageManager.PERMISSION_DENIED;
  }

  /** Of the process whose call this thread serves; denied where it serves none. */
  @Override
  @Implementation
  protected int checkCallingPermission(String permission) {
    int pid = Binder.getCallingPid();
    int uid = Binder.getCallingUid();
    boolean serving = pid != Process.myPid() || uid != Process.myUid();
    return serving ? checkPermission(permission, pid, uid) : PackageManager.PERMISSION_DENIED;
  }

  @Override
  @Implementation
  protected int checkCallingOrSelfPermission(String permission) {
    return checkPermission(permission, Binder.getCallingPid(), Binder.getCallingUid());
  }

  @Override
  @Implementation
  protected File getExternalFilesDir(String type) {
    return getExternalFilesDirs(type)[0];
  }

  @Override
  @Implementation
  protected File[] getExternalFilesDirs(String type) {
    File files = new File(LabStorage.own(), "files");
    return made(type == null ? files : new File(files, type));
  }

  @Implementation
  protected File[] getExternalCacheDirs() {
    return made(new File(LabStorage.own(), "cache"));
  }

  @Implementation
  protected File getExternalCacheDir() {
    return getExternalCacheDirs()[0];
  }

  /** Null, as on a phone, where it cannot be made: an isolated process has none. */
  private static File[] made(File folder) {
    return new File[] {folder.isDirectory() || folder.mkdirs() ? folder : null};
  }

  @Implementation
  protected void grantUriPermission(String toPackage, Uri uri, int modes) {
    Grants.ask("uri", uri.toString(), "package", toPackage, "modes", modes);
  }

  @Implementation
  protected void revokeUriPermission(Uri uri, int modes) {
    Grants.ask("uri", uri.toString(), "modes", modes, "revoke", true);
  }

  @Implementation
  protected void revokeUriPermission(String fromPackage, Uri uri, int modes) {
    Grants.ask("uri", uri.toString(), "package", fromPackage, "modes", modes, "revoke", true);
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

  @Implementation
  protected boolean bindService(Intent service, ServiceConnection connection, Context.BindServiceFlags flags) {
    return bindService(service, connection, (int) flags.getValue());
  }

  @Implementation
  protected boolean bindService(
      Intent service, Context.BindServiceFlags flags, Executor executor, ServiceConnection connection) {
    return bindService(service, (int) flags.getValue(), executor, connection);
  }

  @Override
  @Implementation
  protected void unbindService(ServiceConnection connection) {
    DeviceMain.services().unbind(connection);
  }

  // Broadcasts: first to the receivers this process has registered, then on to the daemon for all others; ordered ones
  // go to the daemon alone, which knows the order.

  @Override
  @Implementation
  protected void sendBroadcast(Intent intent) {
    super.sendBroadcast(intent);
    Broadcasts.tell(intent, null);
  }

  @Override
  @Implementation
  protected void sendBroadcast(Intent intent, String permission) {
    super.sendBroadcast(intent, permission);
    Broadcasts.tell(intent, permission);
  }

  @Override
  @Implementation
  protected void sendBroadcast(Intent intent, String permission, Bundle options) {
    super.sendBroadcast(intent, permission, options);
    Broadcasts.tell(intent, permission);
  }

  @Override
  @Implementation
  protected void sendOrderedBroadcast(Intent intent, String permission) {
    Broadcasts.order(intent, permission, null, null, 0, null, null, context);
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
    Broadcasts.order(intent, permission, result, scheduler, code, data, extras, context);
  }

  @Override
  @Implementation
  protected void sendOrderedBroadcastAsUser(
      Intent intent,
      UserHandle user,
      String permission,
      BroadcastReceiver result,
      Handler scheduler,
      int code,
      String data,
      Bundle extras) {
    Broadcasts.order(intent, permission, result, scheduler, code, data, extras, context);
  }

  @Override
  @Implementation
  protected void sendStickyBroadcast(Intent intent) {
    Broadcasts.stick(intent);
    super.sendStickyBroadcast(intent);
  }

  /** Tells the receivers of this process, now and those that come later: what the system itself says to each process. */
  public void stickHere(Intent intent) {
    super.sendStickyBroadcast(intent);
  }

  @Implementation
  protected void removeStickyBroadcast(Intent intent) {
    Broadcasts.unstick(intent);
    Object instrumentation =
        Shadow.extract(((ActivityThread) RuntimeEnvironment.getActivityThread()).getInstrumentation());
    ReflectionHelpers.<Map<String, Intent>>getField(instrumentation, "stickyIntents").remove(intent.getAction());
  }

  @Override
  @Implementation
  protected Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter) {
    return orSticky(super.registerReceiver(receiver, filter), receiver, filter, null);
  }

  @Override
  @Implementation
  protected Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter, int flags) {
    return orSticky(super.registerReceiver(receiver, filter, flags), receiver, filter, null);
  }

  @Override
  @Implementation
  protected Intent registerReceiver(
      BroadcastReceiver receiver, IntentFilter filter, String permission, Handler scheduler) {
    return orSticky(super.registerReceiver(receiver, filter, permission, scheduler), receiver, filter, scheduler);
  }

  @Override
  @Implementation
  protected Intent registerReceiver(
      BroadcastReceiver receiver, IntentFilter filter, String permission, Handler scheduler, int flags) {
    return orSticky(super.registerReceiver(receiver, filter, permission, scheduler, flags), receiver, filter, scheduler);
  }

  private Intent orSticky(Intent local, BroadcastReceiver receiver, IntentFilter filter, Handler scheduler) {
    return local != null ? local : Broadcasts.stuck(receiver, filter, scheduler, context);
  }
}
