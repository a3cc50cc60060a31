package lab.device.system;

import android.content.IIntentReceiver;
import android.content.IIntentSender;
import android.content.Intent;
import android.os.Bundle;
import android.os.IBinder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A pending intent of the daemon's, by its number there: one object for each in this process. */
public final class Sender extends IIntentSender.Stub {
  private static final Map<String, Sender> KNOWN = new ConcurrentHashMap<>();

  public final String id;

  private Sender(String id) {
    this.id = id;
  }

  public static Sender of(String id) {
    return KNOWN.computeIfAbsent(id, Sender::new);
  }

  /** The number of what a PendingIntent or an IntentSender stands on; null of what is none of the daemon's. */
  public static String idOf(IIntentSender target) {
    return target instanceof Sender ? ((Sender) target).id : null;
  }

  @Override
  public void send(
      int code, Intent intent, String type, IBinder token, IIntentReceiver receiver, String permission, Bundle options) {
    ActivityService.sendNow(this, code, intent, permission);
  }
}
