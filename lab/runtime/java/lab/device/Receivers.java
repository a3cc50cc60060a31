package lab.device;

import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.PackageManager;
import android.os.Bundle;
import android.os.Handler;
import android.os.PowerManager;
import android.os.Process;
import com.google.common.util.concurrent.MoreExecutors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import lab.boot.Reply;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowApplication;
import org.robolectric.shadows.ShadowApplication.Wrapper;
import org.robolectric.shadows.ShadowBroadcastPendingResult;
import org.robolectric.shadows.ShadowBroadcastReceiver;
import org.robolectric.shadows.ShadowPowerManager;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** Broadcasts that the daemon delivers to this process. */
public final class Receivers {
  private static final String REGISTERED = "registered:";
  private static final Map<Wrapper, String> IDS = new WeakHashMap<>();

  private Receivers() {}

  /**
   * `name`: the receiver of the manifest to run, or the id of a registered one; null for all that this process registered while
   * running. `before`: what an ordered broadcast's receivers have set so far, else null. The answer is what it is now.
   */
  static void deliver(
      Intent intent, String name, Map<String, Object> before, long callerUid, BoundApp app, Reply reply)
      throws ReflectiveOperationException {
    if (name == null && callerUid < 0 && reachesManagers(intent, app)) {
      reply.done(Collections.emptyMap());
      return;
    }
    if (name == null) {
      for (Wrapper wrapper : matching(intent, callerUid, app)) {
        run(wrapper.broadcastReceiver, intent, wrapper.context, pending(null), wrapper.scheduler, null);
      }
      reply.done(Collections.emptyMap());
    } else if (name.startsWith(REGISTERED)) {
      for (Wrapper wrapper : registered(app)) {
        if (name.equals(IDS.get(wrapper))) {
          run(wrapper.broadcastReceiver, intent, wrapper.context, pending(before), wrapper.scheduler, reply);
          return;
        }
      }
      reply.failed("unregistered meanwhile");
    } else {
      ComponentName component = ComponentName.unflattenFromString(name.contains("/") ? name : app.packageName() + "/" + name);
      BroadcastReceiver receiver =
          app.componentFactory().instantiateReceiver(app.loader(), component.getClassName(), intent);
      run(receiver, intent, app.application(), pending(before), null, reply);
    }
  }

  /** What the system tells of changes this process's own managers as well. True where that already tells its receivers. */
  private static boolean reachesManagers(Intent intent, BoundApp app) {
    String action = intent.getAction();
    if (Intent.ACTION_BATTERY_CHANGED.equals(action)) {
      Battery.set(app.context(), intent);
      return true;
    }
    if (Intent.ACTION_SCREEN_ON.equals(action) || Intent.ACTION_SCREEN_OFF.equals(action)) {
      PowerManager power = (PowerManager) app.context().getSystemService(Context.POWER_SERVICE);
      Shadow.<ShadowPowerManager>extract(power).turnScreenOn(Intent.ACTION_SCREEN_ON.equals(action));
    }
    return false;
  }

  /** Those registered here that an ordered broadcast goes to, one by one. */
  static Map<String, Object> registered(Intent intent, long callerUid, BoundApp app) {
    List<Object> found = new ArrayList<>();
    for (Wrapper wrapper : matching(intent, callerUid, app)) {
      String id = IDS.computeIfAbsent(wrapper, one -> REGISTERED + System.identityHashCode(one) + ":" + IDS.size());
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("id", id);
      fields.put("priority", wrapper.intentFilter.getPriority());
      found.add(fields);
    }
    return Collections.singletonMap("receivers", found);
  }

  /** None while the process has no Application yet, which a process that waits for its hooks may not have for a while. */
  private static List<Wrapper> registered(BoundApp app) {
    if (app.application() == null) {
      return Collections.emptyList();
    }
    return Shadow.<ShadowApplication>extract(app.application()).getRegisteredReceivers();
  }

  private static List<Wrapper> matching(Intent intent, long callerUid, BoundApp app) {
    List<Wrapper> found = new ArrayList<>();
    boolean own = callerUid == Process.myUid() || callerUid < 0; // the system and the shell see all
    for (Wrapper wrapper : registered(app)) {
      IntentFilter filter = wrapper.intentFilter;
      int match =
          filter.match(
              intent.getAction(), intent.getType(), intent.getScheme(), intent.getData(), intent.getCategories(), "lab");
      boolean hidden = (wrapper.flags & Context.RECEIVER_NOT_EXPORTED) != 0;
      if (match >= 0 && (own || !hidden) && (own || mayReach(wrapper.broadcastPermission, (int) callerUid, app))) {
        found.add(wrapper);
      }
    }
    return found;
  }

  private static boolean mayReach(String permission, int uid, BoundApp app) {
    return permission == null
        || app.context().checkPermission(permission, -1, uid) == PackageManager.PERMISSION_GRANTED;
  }

  private static BroadcastReceiver.PendingResult pending(Map<String, Object> before) {
    Object code = before == null ? null : before.get("result_code");
    Object data = before == null ? null : before.get("result_data");
    Bundle extras =
        before == null ? null : SavedState.read(Binders.fields(before, "extras"), DeviceMain.app().loader());
    return ReflectionHelpers.callStaticMethod(
        ShadowBroadcastPendingResult.class,
        "create",
        ClassParameter.from(int.class, code == null ? 0 : ((Number) code).intValue()),
        ClassParameter.from(String.class, data),
        ClassParameter.from(Bundle.class, extras),
        ClassParameter.from(boolean.class, before != null));
  }

  /** What a receiver that is told the outcome of its ordered broadcast gets. */
  public static void runLast(
      BroadcastReceiver receiver, Intent intent, Context context, Map<String, Object> result, Handler scheduler) {
    run(receiver, intent, context, pending(result), scheduler, null);
  }

  static void runSticky(BroadcastReceiver receiver, Intent intent, Context context, Handler scheduler) {
    BroadcastReceiver.PendingResult result =
        ReflectionHelpers.callStaticMethod(
            ShadowBroadcastPendingResult.class, "createSticky", ClassParameter.from(Intent.class, intent));
    run(receiver, intent, context, result, scheduler, null);
  }

  private static void run(
      BroadcastReceiver receiver,
      Intent intent,
      Context context,
      BroadcastReceiver.PendingResult result,
      Handler scheduler,
      Reply reply) {
    Runnable work =
        () -> {
          ShadowBroadcastReceiver shadow = Shadow.extract(receiver);
          AtomicBoolean abort = new AtomicBoolean();
          if (reply != null) {
            Shadow.<ShadowBroadcastPendingResult>extract(result)
                .getFuture()
                .addListener(() -> reply.done(answer(result, abort.get())), MoreExecutors.directExecutor());
          }
          receiver.setPendingResult(result);
          shadow.onReceive(context, intent, abort);
        };
    if (scheduler != null) {
      scheduler.post(work);
    } else if (reply == null) {
      new Handler(context.getMainLooper()).post(work);
    } else {
      work.run();
    }
  }

  private static Map<String, Object> answer(BroadcastReceiver.PendingResult result, boolean aborted) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("result_code", result.getResultCode());
    answer.put("result_data", result.getResultData());
    Bundle extras = result.getResultExtras(false);
    answer.put("extras", extras == null ? null : SavedState.write(extras).get("state"));
    answer.put("abort", aborted || result.getAbortBroadcast());
    return answer;
  }
}
