package lab.device.system;

import android.app.AlarmManager.AlarmClockInfo;
import android.app.IAlarmCompleteListener;
import android.app.IAlarmListener;
import android.app.PendingIntent;
import android.os.IBinder;
import android.os.RemoteException;
import android.os.WorkSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** android.app.IAlarmManager: the daemon holds the alarms, this process the listeners it has set. */
public final class Alarms {
  private final Map<IBinder, String> numbers = new HashMap<>();
  private final Map<String, IAlarmListener> listeners = new HashMap<>();
  private int last;

  void set(
      String callingPackage,
      int type,
      long triggerAt,
      long window,
      long interval,
      int flags,
      PendingIntent operation,
      IAlarmListener listener,
      String tag,
      WorkSource source,
      AlarmClockInfo clock) {
    Map<String, Object> shown = null;
    if (clock != null) {
      shown = new LinkedHashMap<>();
      shown.put("trigger_ms", clock.getTriggerTime());
      shown.put("show", idOf(clock.getShowIntent()));
    }
    Daemon.ask(
        "alarm", "verb", "set", "type", type, "trigger_ms", triggerAt, "window_ms", window, "interval_ms", interval,
        "flags", flags, "operation", idOf(operation), "listener", number(listener), "tag", tag, "clock", shown);
  }

  void remove(PendingIntent operation, IAlarmListener listener) {
    Daemon.ask("alarm", "verb", "remove", "operation", idOf(operation), "listener", number(listener));
  }

  void removeAll(String callingPackage) {
    Daemon.ask("alarm", "verb", "remove_all");
  }

  boolean canScheduleExactAlarms(String packageName) {
    return Boolean.TRUE.equals(Daemon.ask("alarm", "verb", "exact").get("allowed"));
  }

  boolean hasScheduleExactAlarm(String packageName, int user) {
    return canScheduleExactAlarms(packageName);
  }

  AlarmClockInfo getNextAlarmClock(int user) {
    Map<String, Object> next = Daemon.ask("alarm", "verb", "next_clock");
    if (!next.containsKey("trigger_ms")) {
      return null;
    }
    String show = Daemon.text(next, "show");
    PendingIntent intent = show == null || show.isEmpty() ? null : new PendingIntent(Sender.of(show));
    return new AlarmClockInfo(((Number) next.get("trigger_ms")).longValue(), intent);
  }

  void setTimeZone(String zone) {
    throw new SecurityException("setTimeZone: Neither user nor current process has android.permission.SET_TIME_ZONE.");
  }

  boolean setTime(long millis) {
    throw new SecurityException("setTime: Neither user nor current process has android.permission.SET_TIME.");
  }

  private static String idOf(PendingIntent intent) {
    return intent == null ? null : Sender.idOf(intent.getTarget());
  }

  private synchronized String number(IAlarmListener listener) {
    if (listener == null) {
      return null;
    }
    String known = numbers.get(listener.asBinder());
    if (known == null) {
      known = String.valueOf(++last);
      numbers.put(listener.asBinder(), known);
      listeners.put(known, listener);
    }
    return known;
  }

  /** The daemon's call: a listener's alarm is due. */
  public void fire(String number) throws RemoteException {
    IAlarmListener listener;
    synchronized (this) {
      listener = listeners.get(number);
    }
    if (listener != null) {
      listener.doAlarm(
          new IAlarmCompleteListener.Stub() {
            @Override
            public void alarmComplete(IBinder who) {}
          });
    }
  }
}
