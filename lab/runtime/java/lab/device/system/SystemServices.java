package lab.device.system;

import android.app.IActivityManager;
import android.app.IAlarmManager;
import android.app.INotificationManager;
import android.app.job.IJobScheduler;
import android.content.Context;
import android.content.IClipboard;
import android.hardware.ICameraService;
import android.hardware.biometrics.IAuthService;
import android.hardware.fingerprint.IFingerprintService;
import android.os.IBinder;

/** The services that this process finds under their names, in place of Robolectric's. */
public final class SystemServices {
  private static final IActivityManager ACTIVITIES = LocalService.of(IActivityManager.class, new ActivityService());
  private static final Jobs JOBS = new Jobs();
  private static final Alarms ALARMS = new Alarms();
  private static final IJobScheduler JOB_SCHEDULER = LocalService.of(IJobScheduler.class, JOBS);
  private static final IAlarmManager ALARM_MANAGER = LocalService.of(IAlarmManager.class, ALARMS);

  private static final Listeners LISTENERS = new Listeners();
  private static final Notifications NOTIFICATION_CALLS = new Notifications(LISTENERS);

  private static final INotificationManager NOTIFICATIONS =
      LocalService.of(INotificationManager.class, NOTIFICATION_CALLS);

  private static final Clipboard CLIPBOARD = new Clipboard();
  private static final IClipboard CLIPBOARD_SERVICE = LocalService.of(IClipboard.class, CLIPBOARD);

  private static final String CAMERA_SERVICE = "media.camera"; // CameraManagerGlobal.CAMERA_SERVICE_BINDER_NAME
  private static final ICameraService CAMERAS = LocalService.of(ICameraService.class, new CameraService());
  private static final Biometrics BIOMETRICS = new Biometrics();
  private static final IAuthService AUTH = LocalService.of(IAuthService.class, BIOMETRICS.new Auth());
  private static final IFingerprintService FINGERPRINTS =
      LocalService.of(IFingerprintService.class, BIOMETRICS.new Sensor());

  private SystemServices() {}

  public static IActivityManager activities() {
    return ACTIVITIES;
  }

  public static Jobs jobs() {
    return JOBS;
  }

  public static Alarms alarms() {
    return ALARMS;
  }

  public static Listeners listeners() {
    return LISTENERS;
  }

  public static Clipboard clipboard() {
    return CLIPBOARD;
  }

  public static Biometrics biometrics() {
    return BIOMETRICS;
  }

  /** Null for a service that is not the lab's own. */
  public static IBinder find(String name) {
    switch (name) {
      case Context.AUTH_SERVICE:
        return AUTH.asBinder();
      case Context.FINGERPRINT_SERVICE:
        return FINGERPRINTS.asBinder();
      case Context.JOB_SCHEDULER_SERVICE:
        return JOB_SCHEDULER.asBinder();
      case Context.ALARM_SERVICE:
        return ALARM_MANAGER.asBinder();
      case Context.CLIPBOARD_SERVICE:
        return CLIPBOARD_SERVICE.asBinder();
      case CAMERA_SERVICE:
        return CAMERAS.asBinder();
      case Context.NOTIFICATION_SERVICE:
        return NOTIFICATIONS.asBinder();
      default:
        return null;
    }
  }
}
