package lab.device.system;

import android.app.ActivityManager;
import android.app.ActivityManager.PendingIntentInfo;
import android.app.IApplicationThread;
import android.app.Notification;
import android.content.ComponentName;
import android.content.IIntentReceiver;
import android.content.IIntentSender;
import android.content.Intent;
import android.os.Bundle;
import android.os.IBinder;
import android.os.RemoteException;
import android.os.UserHandle;
import com.android.internal.os.IResultReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lab.device.DeviceMain;
import lab.device.Intents;

/** Of android.app.IActivityManager: pending intents, and services that come to the foreground. */
final class ActivityService {
  IIntentSender getIntentSenderWithFeature(
      int type,
      String packageName,
      String feature,
      IBinder token,
      String resultWho,
      int requestCode,
      Intent[] intents,
      String[] resolvedTypes,
      int flags,
      Bundle options,
      int user) {
    if (type == ActivityManager.INTENT_SENDER_ACTIVITY_RESULT) {
      return null;
    }
    List<Object> written = new ArrayList<>();
    for (Intent intent : intents) {
      written.add(Intents.write(intent));
    }
    Map<String, Object> answer =
        Daemon.ask(
            "pending_intent", "verb", "get", "type", type, "request_code", requestCode, "intents", written, "flags", flags);
    String id = Daemon.text(answer, "id");
    return id == null || id.isEmpty() ? null : Sender.of(id);
  }

  void cancelIntentSender(IIntentSender sender) {
    Daemon.ask("pending_intent", "verb", "cancel", "id", Sender.idOf(sender));
  }

  int sendIntentSender(
      IApplicationThread caller,
      IIntentSender target,
      IBinder token,
      int code,
      Intent intent,
      String resolvedType,
      IIntentReceiver finished,
      String permission,
      Bundle options)
      throws RemoteException {
    int result = sendNow(target, code, intent, permission);
    if (finished != null && result >= 0) {
      finished.performReceive(intent == null ? new Intent() : intent, code, null, null, false, false, UserHandle.myUserId());
    }
    return result;
  }

  static int sendNow(IIntentSender target, int code, Intent intent, String permission) {
    Map<String, Object> answer =
        Daemon.ask(
            "pending_intent", "verb", "send", "id", Sender.idOf(target), "code", code,
            "fill_in", intent == null ? null : Intents.write(intent), "permission", permission);
    return Boolean.TRUE.equals(answer.get("sent")) ? ActivityManager.START_SUCCESS : ActivityManager.START_CANCELED;
  }

  PendingIntentInfo getInfoForIntentSender(IIntentSender sender) {
    Map<String, Object> info = info(sender);
    return new PendingIntentInfo(
        Daemon.text(info, "package"), Daemon.integer(info, "uid"), Boolean.TRUE.equals(info.get("immutable")),
        Daemon.integer(info, "type"));
  }

  @SuppressWarnings("unchecked")
  Intent getIntentForIntentSender(IIntentSender sender) {
    return Intents.read((Map<String, Object>) info(sender).get("intent"), DeviceMain.app().loader());
  }

  boolean isIntentSenderTargetedToPackage(IIntentSender sender) {
    Intent intent = getIntentForIntentSender(sender);
    return intent.getPackage() == null || intent.getComponent() == null;
  }

  String getTagForIntentSender(IIntentSender sender, String prefix) {
    Intent intent = getIntentForIntentSender(sender);
    return prefix + (intent.getAction() != null ? intent.getAction() : intent.getComponent());
  }

  boolean registerIntentSenderCancelListenerEx(IIntentSender sender, IResultReceiver receiver) {
    return Boolean.TRUE.equals(info(sender).get("known"));
  }

  void setRenderThread(int tid) {}

  private static Map<String, Object> info(IIntentSender sender) {
    return Daemon.ask("pending_intent", "verb", "info", "id", Sender.idOf(sender));
  }

  void setServiceForeground(
      ComponentName name, IBinder token, int id, Notification notification, int flags, int type) {
    DeviceMain.services().foreground(name, id, notification, flags, type);
  }

  int getForegroundServiceType(ComponentName name, IBinder token) {
    return DeviceMain.services().foregroundType(name);
  }
}
