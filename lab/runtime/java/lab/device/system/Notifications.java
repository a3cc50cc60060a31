package lab.device.system;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationChannelGroup;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.ComponentName;
import android.content.pm.ParceledListSlice;
import android.os.Bundle;
import android.os.Parcelable;
import android.os.Process;
import android.service.notification.INotificationListener;
import android.service.notification.StatusBarNotification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** android.app.INotificationManager: the daemon holds what is shown, the channels, and whether the app may show any. */
public final class Notifications {
  private final Map<String, Notification> shown = new HashMap<>();
  private final Listeners listeners;

  Notifications(Listeners listeners) {
    this.listeners = listeners;
  }

  void enqueueNotificationWithTag(
      String packageName, String operating, String tag, int id, Notification notification, int user) {
    Daemon.ask("notification", "verb", "post", "tag", tag, "id", id, "notification", write(notification));
    synchronized (shown) {
      shown.put(id + "|" + tag, notification);
    }
  }

  void cancelNotificationWithTag(String packageName, String operating, String tag, int id, int user) {
    Daemon.ask("notification", "verb", "cancel", "tag", tag, "id", id);
  }

  void cancelAllNotifications(String packageName, int user) {
    Daemon.ask("notification", "verb", "cancel_all");
  }

  boolean areNotificationsEnabled(String packageName) {
    return Boolean.TRUE.equals(Daemon.ask("notification", "verb", "enabled").get("enabled"));
  }

  int getPackageImportance(String packageName) {
    return areNotificationsEnabled(packageName) ? NotificationManager.IMPORTANCE_DEFAULT : NotificationManager.IMPORTANCE_NONE;
  }

  NotificationManager.Policy getNotificationPolicy(String packageName) {
    throw new SecurityException("Notification policy access denied");
  }

  void setInterruptionFilter(String packageName, int filter, boolean fromUser) {
    throw new SecurityException("Notification policy access denied");
  }

  /** What is shown of this app: as it was posted where this process did it, else as the daemon has it. */
  ParceledListSlice<StatusBarNotification> getAppActiveNotifications(String packageName, int user) {
    List<StatusBarNotification> found = new ArrayList<>();
    for (Map<?, ?> one : list(Daemon.ask("notification", "verb", "list"), "notifications")) {
      int id = ((Number) one.get("id")).intValue();
      String tag = (String) one.get("tag");
      Notification posted;
      synchronized (shown) {
        posted = shown.get(id + "|" + tag);
      }
      if (posted == null) {
        posted = rebuilt(one);
      }
      found.add(
          new StatusBarNotification(
              packageName, packageName, id, tag, Process.myUid(), 0, posted, Process.myUserHandle(), null,
              ((Number) one.get("posted_ms")).longValue()));
    }
    return new ParceledListSlice<>(found);
  }

  // What notification listeners ask.

  @SuppressWarnings("unchecked")
  ParceledListSlice<StatusBarNotification> getActiveNotificationsFromListener(
      INotificationListener listener, String[] keys, int trim) {
    Map<String, Object> answer =
        Daemon.ask("notification", "verb", "shown", "component", listeners.component(listener));
    List<StatusBarNotification> found = new ArrayList<>();
    for (Map<?, ?> one : list(answer, "notifications")) {
      if (keys == null || Arrays.asList(keys).contains(one.get("key"))) {
        found.add(Listeners.read((Map<String, Object>) one));
      }
    }
    return new ParceledListSlice<>(found);
  }

  void cancelNotificationsFromListener(INotificationListener listener, String[] keys) {
    String component = listeners.component(listener);
    List<Object> wanted = new ArrayList<>();
    if (keys != null) {
      wanted.addAll(Arrays.asList(keys));
    } else {
      for (Map<?, ?> one : list(Daemon.ask("notification", "verb", "shown", "component", component), "notifications")) {
        wanted.add(one.get("key"));
      }
    }
    for (Object key : wanted) {
      Daemon.ask("notification", "verb", "dismiss", "component", component, "key", key);
    }
  }

  boolean isNotificationListenerAccessGranted(ComponentName listener) {
    List<?> mine = (List<?>) Daemon.ask("notification", "verb", "listeners").get("components");
    return mine.contains(listener.flattenToString());
  }

  private static Notification rebuilt(Map<?, ?> one) {
    return new Notification.Builder(lab.device.DeviceMain.app().context(), (String) one.get("channel"))
        .setSmallIcon(android.R.drawable.sym_def_app_icon)
        .setContentTitle((String) one.get("title"))
        .setContentText((String) one.get("text"))
        .build();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<?, ?>> list(Map<String, Object> answer, String name) {
    return (List<Map<?, ?>>) answer.get(name);
  }

  // Channels and their groups: the daemon keeps the whole of each, and reads its name and importance.

  void createNotificationChannels(String packageName, ParceledListSlice<NotificationChannel> channels) {
    for (NotificationChannel one : channels.getList()) {
      if (one.getImportance() < NotificationManager.IMPORTANCE_NONE || one.getImportance() > NotificationManager.IMPORTANCE_MAX) {
        throw new IllegalArgumentException("Invalid importance level");
      }
      Daemon.ask(
          "notification", "verb", "create_channel", "channel", one.getId(), "name", String.valueOf(one.getName()),
          "importance", one.getImportance(), "group", one.getGroup(), "parcel", Parcels.write(one));
    }
  }

  NotificationChannel getNotificationChannel(String calling, int user, String packageName, String id) {
    for (NotificationChannel one : channels()) {
      if (one.getId().equals(id)) {
        return one;
      }
    }
    return null;
  }

  NotificationChannel getConversationNotificationChannel(
      String calling, int user, String packageName, String id, boolean parent, String conversation) {
    return getNotificationChannel(calling, user, packageName, id);
  }

  ParceledListSlice<NotificationChannel> getNotificationChannels(String calling, String packageName, int user) {
    return new ParceledListSlice<>(channels());
  }

  void deleteNotificationChannel(String packageName, String id) {
    Daemon.ask("notification", "verb", "delete_channel", "channel", id);
  }

  private static List<NotificationChannel> channels() {
    List<NotificationChannel> found = new ArrayList<>();
    for (Map<?, ?> one : list(Daemon.ask("notification", "verb", "channels"), "channels")) {
      NotificationChannel channel = Parcels.read((String) one.get("parcel"), NotificationChannel.CREATOR);
      channel.setImportance(((Number) one.get("importance")).intValue()); // what the user has made of it
      found.add(channel);
    }
    return found;
  }

  void createNotificationChannelGroups(String packageName, ParceledListSlice<NotificationChannelGroup> groups) {
    for (NotificationChannelGroup one : groups.getList()) {
      Daemon.ask("notification", "verb", "create_group", "group", one.getId(), "parcel", Parcels.write((Parcelable) one));
    }
  }

  NotificationChannelGroup getNotificationChannelGroup(String packageName, String id) {
    for (NotificationChannelGroup one : groups()) {
      if (one.getId().equals(id)) {
        return one;
      }
    }
    return null;
  }

  ParceledListSlice<NotificationChannelGroup> getNotificationChannelGroups(String packageName) {
    return new ParceledListSlice<>(groups());
  }

  void deleteNotificationChannelGroup(String packageName, String id) {
    Daemon.ask("notification", "verb", "delete_group", "group", id);
  }

  private static List<NotificationChannelGroup> groups() {
    List<NotificationChannelGroup> found = new ArrayList<>();
    List<NotificationChannel> channels = channels();
    for (Map<?, ?> one : list(Daemon.ask("notification", "verb", "groups"), "groups")) {
      NotificationChannelGroup group = Parcels.read((String) one.get("parcel"), NotificationChannelGroup.CREATOR);
      for (NotificationChannel channel : channels) {
        if (group.getId().equals(channel.getGroup())) {
          group.addChannel(channel);
        }
      }
      found.add(group);
    }
    return found;
  }

  /** What the daemon draws and sends of a notification, and the whole of it for the app to have back. */
  public static Map<String, Object> write(Notification notification) {
    Map<String, Object> fields = new HashMap<>();
    Bundle extras = notification.extras;
    text(fields, "title", extras.getCharSequence(Notification.EXTRA_TITLE));
    text(fields, "text", extras.getCharSequence(Notification.EXTRA_TEXT));
    text(fields, "big_text", extras.getCharSequence(Notification.EXTRA_BIG_TEXT));
    text(fields, "sub_text", extras.getCharSequence(Notification.EXTRA_SUB_TEXT));
    text(fields, "ticker", notification.tickerText);
    CharSequence[] lines = extras.getCharSequenceArray(Notification.EXTRA_TEXT_LINES);
    if (lines != null) {
      List<String> texts = new ArrayList<>();
      for (CharSequence line : lines) {
        texts.add(String.valueOf(line));
      }
      fields.put("lines", texts);
    }
    fields.put("channel", notification.getChannelId());
    fields.put("group", notification.getGroup());
    fields.put("category", notification.category);
    fields.put("when_ms", notification.when);
    fields.put("flags", notification.flags);
    fields.put("priority", notification.priority);
    fields.put("has_icon", notification.getSmallIcon() != null);
    fields.put("content", idOf(notification.contentIntent));
    fields.put("delete", idOf(notification.deleteIntent));
    fields.put("full_screen", idOf(notification.fullScreenIntent));
    List<Object> actions = new ArrayList<>();
    if (notification.actions != null) {
      for (Notification.Action action : notification.actions) {
        Map<String, Object> one = new HashMap<>();
        one.put("title", String.valueOf(action.title));
        one.put("intent", idOf(action.actionIntent));
        actions.add(one);
      }
    }
    fields.put("actions", actions);
    return fields;
  }

  private static void text(Map<String, Object> fields, String name, CharSequence text) {
    if (text != null) {
      fields.put(name, text.toString());
    }
  }

  private static String idOf(PendingIntent intent) {
    return intent == null ? null : Sender.idOf(intent.getTarget());
  }
}
