package lab.device;

import android.app.Activity;
import android.content.ComponentName;
import android.content.Intent;
import android.content.pm.ActivityInfo;
import android.content.pm.PackageManager;
import android.os.Bundle;
import android.os.IBinder;
import android.view.Choreographer;
import android.view.View;
import android.view.WindowManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lab.boot.Wire;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowActivity;
import org.robolectric.util.ReflectionHelpers;

/**
 * The activities of this process, by the daemon's tokens. The daemon decides what is started, resumed,
 * stopped and destroyed; here it is carried out through the framework's own callbacks.
 */
public final class Activities {
  private static final String RESULT_NAMES = "android.content.pm.extra.REQUEST_PERMISSIONS_NAMES";
  private static final String RESULT_GRANTS = "android.content.pm.extra.REQUEST_PERMISSIONS_RESULTS";

  private enum State {
    CREATED,
    RESUMED,
    PAUSED,
    STOPPED
  }

  private static final class Record {
    final Object token;
    final ActivityController<? extends Activity> controller;
    final boolean root;
    final Map<Integer, Deque<String>> fragments = new HashMap<>();
    State state = State.CREATED;
    Bundle saved;

    Record(Object token, ActivityController<? extends Activity> controller, boolean root) {
      this.token = token;
      this.controller = controller;
      this.root = root;
    }

    Activity activity() {
      return controller.get();
    }
  }

  private final Wire wire;
  private final Map<Object, Record> records = new LinkedHashMap<>();
  private Object launching;
  private Object coming; // on its way to the front
  private boolean covered; // that one has started another, which will lie over it

  Activities(Wire wire) {
    this.wire = wire;
  }

  /** Creates and resumes, from what it had saved if not null; an activity that is there already gets the intent (onNewIntent) instead. */
  void launch(Object token, Intent intent, String callerPackage, boolean root, Bundle saved, BoundApp app) {
    coming(token);
    Record existing = records.get(token);
    if (existing != null) {
      existing.controller.newIntent(intent);
      existing.activity().setIntent(intent);
      move(existing, "resumed");
      coming(null);
      return;
    }
    ActivityInfo info = activityInfo(intent, app);
    String name = info.targetActivity != null ? info.targetActivity : info.name;
    launching = token;
    Activity activity;
    try {
      activity = app.componentFactory().instantiateActivity(app.loader(), name, intent);
    } catch (ReflectiveOperationException e) {
      throw new RuntimeException("Unable to instantiate activity " + info.name + ": " + e, e);
    }
    ActivityController<? extends Activity> controller = ActivityController.of(activity, intent);
    if (callerPackage != null) {
      Shadow.<ShadowActivity>extract(activity).setCallingPackage(callerPackage);
    }
    Record record = new Record(token, controller, root);
    records.put(token, record);
    launching = null;
    Shadow.<ShadowActivity>extract(activity).setIsTaskRoot(root);
    controller.create(saved);
    if (activity.isFinishing()) {
      return;
    }
    controller.start();
    if (saved != null) {
      controller.restoreInstanceState(saved);
    }
    controller.postCreate(saved);
    show(record);
  }

  private static ActivityInfo activityInfo(Intent intent, BoundApp app) {
    ComponentName component = intent.getComponent();
    try {
      return app.application()
          .getPackageManager()
          .getActivityInfo(component, PackageManager.GET_META_DATA | PackageManager.MATCH_DISABLED_COMPONENTS);
    } catch (PackageManager.NameNotFoundException e) {
      throw new IllegalArgumentException("no activity " + component);
    }
  }

  private void coming(Object token) {
    coming = token;
    covered = false;
  }

  /**
   * An activity has started one that will lie over it. One that is still on its way to the front is paused as soon as it is
   * there, before it is first laid out: a phone's system has sent the word to pause before startActivity returns.
   */
  void covers(Object token) {
    covered |= token != null && token.equals(coming);
  }

  private void show(Record record) {
    record.controller.resume();
    record.state = State.RESUMED;
    announce(record.activity(), "resumed");
    if (record.activity().isFinishing()) {
      return;
    }
    makeVisible(record.activity());
    record.controller.topActivityResumed(true);
    boolean leaves = covered;
    coming(null);
    if (leaves) {
      pause(record);
    }
    Choreographer.getInstance()
        .postFrameCallback(
            first ->
                Choreographer.getInstance().postFrameCallback(then -> wire.event("drawn", "token", record.token)));
  }

  /** As ActivityThread.handleResumeActivity. */
  private static void makeVisible(Activity activity) {
    View decor = activity.getWindow().getDecorView();
    activity.getWindow().getAttributes().type = WindowManager.LayoutParams.TYPE_BASE_APPLICATION;
    ReflectionHelpers.setField(Activity.class, activity, "mDecor", decor);
    ReflectionHelpers.callInstanceMethod(Activity.class, activity, "makeVisible");
  }

  /** Gives what the activity saved when it was stopped, else null. */
  Bundle move(Object token, String state) {
    Record record = records.get(token);
    if (record == null) {
      if (state.equals("destroyed")) {
        return null; // it finished by itself while the daemon's word was on its way
      }
      throw new DeviceMain.Wrong("no activity with token " + token);
    }
    record.saved = null;
    coming(state.equals("resumed") ? token : null);
    move(record, state);
    coming(null);
    return record.saved;
  }

  private void move(Record record, String state) {
    switch (state) {
      case "resumed":
        if (record.state == State.STOPPED) {
          record.controller.restart().start();
        }
        if (record.state != State.RESUMED) {
          show(record);
        }
        break;
      case "paused":
        pause(record);
        break;
      case "stopped":
        stop(record);
        break;
      case "destroyed":
        stop(record);
        records.remove(record.token);
        record.controller.destroy();
        wire.event(
            "activity", "token", record.token, "class", record.activity().getClass().getName(), "state", "destroyed");
        break;
      default:
        throw new IllegalArgumentException("no state " + state);
    }
  }

  private void pause(Record record) {
    if (record.state != State.RESUMED) {
      return;
    }
    if (!record.activity().isFinishing()) {
      record.controller.userLeaving();
    }
    record.controller.topActivityResumed(false).pause();
    record.state = State.PAUSED;
    announce(record.activity(), "paused");
  }

  private void stop(Record record) {
    pause(record);
    if (record.state != State.PAUSED) {
      return;
    }
    record.controller.stop();
    if (!record.activity().isFinishing()) {
      record.saved = new Bundle();
      record.controller.saveInstanceState(record.saved);
    }
    record.state = State.STOPPED;
    record.activity().getWindow().getDecorView().setVisibility(View.INVISIBLE);
    announce(record.activity(), "stopped");
  }

  void finish(Object token) {
    Record record = records.get(token);
    if (record != null) {
      record.activity().finish();
    }
  }

  /** Activity.finish() was called: the daemon takes it from here. */
  public void finishing(Activity activity, int resultCode, Intent result) {
    wire.tell(
        "finished", "token", tokenOf(activity), "result_code", resultCode, "intent", Intents.write(result));
  }

  /** Back on the root activity of a task that was started from the launcher. */
  public boolean moveToBack(Activity activity) {
    wire.tell("move_to_back", "token", tokenOf(activity));
    return true;
  }

  public boolean isRoot(Activity activity) {
    for (Record record : records.values()) {
      if (record.activity() == activity) {
        return record.root;
      }
    }
    return false;
  }

  void expectResult(Object token, int requestCode, String fragment) {
    Record record = records.get(token);
    if (record != null && fragment != null) {
      record.fragments.computeIfAbsent(requestCode, code -> new ArrayDeque<>()).add(fragment);
    }
  }

  void result(Object token, int requestCode, int resultCode, Intent data) {
    Record record = records.get(token);
    if (record == null) {
      return;
    }
    Deque<String> waiting = record.fragments.get(requestCode);
    String fragment = waiting == null ? null : waiting.poll();
    Shadow.<ShadowActivity>extract(record.activity())
        .internalCallDispatchActivityResult(fragment, requestCode, resultCode, data);
  }

  void permissionResult(Object token, int requestCode, List<?> permissions, List<?> grants) {
    int[] results = new int[grants.size()];
    for (int i = 0; i < results.length; i++) {
      results[i] =
          Boolean.TRUE.equals(grants.get(i))
              ? PackageManager.PERMISSION_GRANTED
              : PackageManager.PERMISSION_DENIED;
    }
    Intent data = new Intent();
    data.putExtra(RESULT_NAMES, permissions.toArray(new String[0]));
    data.putExtra(RESULT_GRANTS, results);
    result(token, requestCode, Activity.RESULT_OK, data);
  }

  Object tokenOf(IBinder binder) {
    for (Record record : records.values()) {
      if (binder != null && record.activity().getActivityToken() == binder) {
        return record.token;
      }
    }
    return null;
  }

  public Object tokenOf(Activity activity) {
    for (Record record : records.values()) {
      if (record.activity() == activity) {
        return record.token;
      }
    }
    return launching;
  }

  boolean isStarted(Object token) {
    Record record = records.get(token);
    return record != null && record.state != State.STOPPED && record.state != State.CREATED;
  }

  public List<Activity> all() {
    List<Activity> all = new ArrayList<>();
    for (Record record : records.values()) {
      all.add(record.activity());
    }
    return all;
  }

  void announce(Activity activity, String state) {
    wire.event("activity", "token", tokenOf(activity), "class", activity.getClass().getName(), "state", state);
  }
}
