package lab.device.system;

import android.app.Notification;
import android.content.ComponentName;
import android.content.Intent;
import android.os.IBinder;
import android.os.Process;
import android.os.RemoteException;
import android.os.UserHandle;
import android.service.notification.INotificationListener;
import android.service.notification.IStatusBarNotificationHolder;
import android.service.notification.NotificationListenerService;
import android.service.notification.NotificationListenerService.Ranking;
import android.service.notification.NotificationRankingUpdate;
import android.service.notification.NotificationStats;
import android.service.notification.StatusBarNotification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lab.device.DeviceMain;
import lab.device.Services;

/** The notification listeners of this process, which the system has bound: what NotificationManagerService tells them. */
public final class Listeners {
  private static final String CONNECTION = "the system's, as a notification listener";

  private final Map<ComponentName, INotificationListener> bound = new HashMap<>();

  /** A call of the daemon, on the main thread. */
  @SuppressWarnings("unchecked")
  public void tell(Map<String, Object> call, Services services) throws RemoteException {
    ComponentName name = ComponentName.unflattenFromString(Daemon.text(call, "component"));
    Map<String, Object> told = (Map<String, Object>) call.get("notification");
    NotificationRankingUpdate ranking = ranking((List<Map<String, Object>>) call.get("shown"));
    if ("connect".equals(call.get("verb"))) {
      IBinder binder =
          services.bindHere(
              name, new Intent(NotificationListenerService.SERVICE_INTERFACE).setComponent(name), CONNECTION);
      INotificationListener listener = INotificationListener.Stub.asInterface(binder);
      synchronized (bound) {
        bound.put(name, listener);
      }
      listener.onListenerConnected(ranking);
      return;
    }
    INotificationListener listener;
    synchronized (bound) {
      listener = bound.get(name);
    }
    if (listener == null) {
      return;
    }
    switch (Daemon.text(call, "verb")) {
      case "posted":
        listener.onNotificationPosted(new Holder(read(told)), ranking);
        break;
      case "removed":
        listener.onNotificationRemoved(
            new Holder(read(told)), ranking, new NotificationStats(), NotificationListenerService.REASON_CANCEL);
        break;
      default:
        synchronized (bound) {
          bound.remove(name);
        }
        services.unbindHere(name, CONNECTION);
    }
  }

  /** The component by which the daemon knows it, "" for one that is not bound. */
  String component(INotificationListener listener) {
    synchronized (bound) {
      for (Map.Entry<ComponentName, INotificationListener> entry : bound.entrySet()) {
        if (listener != null && entry.getValue().asBinder() == listener.asBinder()) {
          return entry.getKey().flattenToString();
        }
      }
    }
    return "";
  }

  private static final class Holder extends IStatusBarNotificationHolder.Stub {
    private final StatusBarNotification notification;

    Holder(StatusBarNotification notification) {
      this.notification = notification;
    }

    @Override
    public StatusBarNotification get() {
      return notification;
    }
  }

  private static NotificationRankingUpdate ranking(List<Map<String, Object>> shown) {
    Ranking[] rankings = new Ranking[shown.size()];
    for (int place = 0; place < rankings.length; place++) {
      Map<String, Object> one = shown.get(place);
      rankings[place] = new Ranking();
      rankings[place].populate(
          Daemon.text(one, "key"), place, true, NotificationListenerService.Ranking.VISIBILITY_NO_OVERRIDE, 0,
          Daemon.integer(one, "importance"), null, null, null, null, null, true,
          NotificationListenerService.Ranking.USER_SENTIMENT_NEUTRAL, false, -1L, false, null, null, false, false, false, null,
          0, false, 0, false);
    }
    return new NotificationRankingUpdate(rankings);
  }

  /** One of any app's, made again of what the daemon holds of it. */
  static StatusBarNotification read(Map<String, Object> one) {
    Notification.Builder builder =
        new Notification.Builder(DeviceMain.app().context(), Daemon.text(one, "channel"))
            .setSmallIcon(android.R.drawable.sym_def_app_icon)
            .setContentTitle(given(one, "title"))
            .setContentText(given(one, "text"))
            .setSubText(given(one, "sub_text"))
            .setTicker(given(one, "ticker"))
            .setGroup(given(one, "group"))
            .setCategory(given(one, "category"))
            .setWhen(((Number) one.get("when_ms")).longValue());
    String big = given(one, "big_text");
    if (big != null) {
      builder.setStyle(new Notification.BigTextStyle().bigText(big));
    }
    Notification made = builder.build();
    made.flags = Daemon.integer(one, "flags");
    return new StatusBarNotification(
        Daemon.text(one, "package"), Daemon.text(one, "package"), Daemon.integer(one, "id"), Daemon.text(one, "tag"),
        Daemon.integer(one, "uid"), 0, made, UserHandle.getUserHandleForUid(Process.myUid()), null,
        ((Number) one.get("posted_ms")).longValue());
  }

  private static String given(Map<String, Object> one, String name) {
    String text = Daemon.text(one, name);
    return text == null || text.isEmpty() ? null : text;
  }
}
