package lab.device.system;

import android.app.IActivityManager;
import android.app.IAlarmManager;
import android.app.INotificationManager;
import android.app.job.IJobScheduler;
import android.content.Context;
import android.content.IClipboard;
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

  /** Null for a service that is not the lab's own. */
  public static IBinder find(String name) {
    switch (name) {
      case Context.JOB_SCHEDULER_SERVICE:
        return JOB_SCHEDULER.asBinder();
      case Context.ALARM_SERVICE:
        return ALARM_MANAGER.asBinder();
      case Context.CLIPBOARD_SERVICE:
        return CLIPBOARD_SERVICE.asBinder();
      case Context.NOTIFICATION_SERVICE:
        return NOTIFICATIONS.asBinder();
      default:
        return null;
    }
  }
}
