package lab.device;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.os.Bundle;
import android.os.Handler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lab.boot.Wire;

/** Broadcasts that this process sends, and the sticky ones that it finds when it registers a receiver. */
public final class Broadcasts {
  private Broadcasts() {}

  private static boolean up() {
    return DeviceMain.app() != null && DeviceMain.app().application() != null;
  }

  /** To all other processes; the receivers registered in this one have had it. */
  public static void tell(Intent intent, String permission) {
    if (up()) {
      DeviceMain.wire().tell("broadcast", "intent", Intents.write(intent), "permission", permission);
    }
  }

  /** To all receivers one by one, those of this process as well; then to `last`, with what they have set. */
  public static void order(
      Intent intent, String permission, BroadcastReceiver last, Handler scheduler, int code, String data, Bundle extras, Context context) {
    if (!up()) {
      return;
    }
    Map<String, Object> first = new LinkedHashMap<>();
    first.put("result_code", code);
    first.put("result_data", data);
    first.put("extras", extras == null ? null : SavedState.write(extras).get("state"));
    Intent sent = new Intent(intent);
    DeviceMain.wire()
        .ask(
            "broadcast",
            answer -> {
              if (answer.get("error") != null) {
                DeviceMain.log("W", "BroadcastQueue", String.valueOf(answer.get("error")));
              } else if (last != null) {
                Receivers.runLast(last, sent, context, answer, scheduler);
              }
            },
            "intent", Intents.write(intent),
            "permission", permission,
            "ordered", first);
  }

  /** Kept by the daemon for those who register later. SecurityException without BROADCAST_STICKY. */
  public static void stick(Intent intent) {
    if (!up()) {
      return; // the framework's own, which every process has
    }
    ask("broadcast", "intent", Intents.write(intent), "sticky", true);
  }

  public static void unstick(Intent intent) {
    ask("sticky", "intent", Intents.write(intent));
  }

  private static Map<String, Object> ask(String op, Object... keysAndValues) {
    try {
      return DeviceMain.wire().ask(op, keysAndValues);
    } catch (Wire.Refused e) {
      throw Refusals.of(e);
    }
  }

  /** What registerReceiver gives: a sticky broadcast that the filter takes; the receiver gets each such one. */
  public static Intent stuck(BroadcastReceiver receiver, IntentFilter filter, Handler scheduler, Context context) {
    if (!up() || filter == null || filter.countActions() == 0) {
      return null;
    }
    List<Object> actions = new ArrayList<>();
    filter.actionsIterator().forEachRemaining(actions::add);
    List<?> intents = (List<?>) ask("sticky", "actions", actions).get("intents");
    Intent found = null;
    for (Object fields : intents == null ? new ArrayList<>() : intents) {
      Intent intent = Intents.readObject(fields, DeviceMain.app().loader());
      int match =
          filter.match(
              intent.getAction(), intent.getType(), intent.getScheme(), intent.getData(), intent.getCategories(), "lab");
      if (match >= 0) {
        found = found == null ? intent : found;
        if (receiver != null) {
          Receivers.runSticky(receiver, intent, context, scheduler);
        }
      }
    }
    return found;
  }
}
