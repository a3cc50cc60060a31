package lab.device;

import android.app.Activity;
import android.app.Application;
import android.app.Instrumentation;
import android.content.ActivityNotFoundException;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.os.IBinder;
import android.os.UserHandle;
import android.provider.MediaStore;
import java.util.Map;
import java.util.Set;
import lab.boot.Wire;

/** Where an app asks the system to start activities: every such ask goes on to the daemon. */
public final class LabInstrumentation extends Instrumentation {
  private static final Set<String> OF_A_CAMERA =
      Set.of(
          MediaStore.ACTION_IMAGE_CAPTURE, MediaStore.ACTION_VIDEO_CAPTURE, MediaStore.Audio.Media.RECORD_SOUND_ACTION,
          MediaStore.INTENT_ACTION_STILL_IMAGE_CAMERA, MediaStore.INTENT_ACTION_VIDEO_CAMERA);

  private static final String REQUEST_PERMISSIONS = "android.content.pm.action.REQUEST_PERMISSIONS";
  private static final String PERMISSION_NAMES = "android.content.pm.extra.REQUEST_PERMISSIONS_NAMES";

  private final Activities activities;
  private final Wire wire;

  LabInstrumentation(Activities activities, Wire wire) {
    this.activities = activities;
    this.wire = wire;
  }

  @Override
  public ActivityResult execStartActivity(
      Context who,
      IBinder contextThread,
      IBinder token,
      Activity target,
      Intent intent,
      int requestCode,
      Bundle options) {
    start(token, null, intent, requestCode);
    return null;
  }

  @Override
  public ActivityResult execStartActivity(
      Context who,
      IBinder contextThread,
      IBinder token,
      String target,
      Intent intent,
      int requestCode,
      Bundle options) {
    start(token, target, intent, requestCode);
    return null;
  }

  @Override
  public ActivityResult execStartActivity(
      Context who,
      IBinder contextThread,
      IBinder token,
      String target,
      Intent intent,
      int requestCode,
      Bundle options,
      UserHandle user) {
    start(token, target, intent, requestCode);
    return null;
  }

  @Override
  public void execStartActivities(
      Context who, IBinder contextThread, IBinder token, Activity target, Intent[] intents, Bundle options) {
    for (Intent intent : intents) {
      start(token, null, intent, -1);
    }
  }

  @Override
  public void callApplicationOnCreate(Application app) {
    app.onCreate();
  }

  @Override
  public void callActivityOnCreate(Activity activity, Bundle icicle) {
    super.callActivityOnCreate(activity, icicle);
    activities.announce(activity, "created");
  }

  @Override
  public Context getTargetContext() {
    return org.robolectric.RuntimeEnvironment.application;
  }

  @Override
  public Context getContext() {
    return org.robolectric.RuntimeEnvironment.application;
  }

  private void start(IBinder token, String fragment, Intent intent, int requestCode) {
    Object caller = activities.tokenOf(token);
    activities.expectResult(caller, requestCode, fragment);
    if (REQUEST_PERMISSIONS.equals(intent.getAction())) {
      wire.ask(
          "permissions",
          "token", caller,
          "request_code", requestCode,
          "permissions", java.util.Arrays.asList(intent.getStringArrayExtra(PERMISSION_NAMES)));
      return;
    }
    intent.prepareToLeaveProcess(getTargetContext());
    Map<String, Object> answer;
    try {
      answer =
          wire.ask(
              "start_activity",
              "intent", Intents.write(intent),
              "caller_token", caller,
              "request_code", requestCode);
    } catch (Wire.Refused e) {
      throw refusal(intent, e.getMessage());
    }
    if (!Boolean.TRUE.equals(answer.get("started"))) {
      throw refusal(intent, (String) answer.get("why"));
    }
    if (Boolean.TRUE.equals(answer.get("covers"))) {
      activities.covers(caller);
    }
  }

  private static RuntimeException refusal(Intent intent, String why) {
    if (why != null && (why.contains("Permission Denial") || why.contains("SecurityException"))) {
      return new SecurityException(why);
    }
    if (intent.getComponent() != null) {
      return new ActivityNotFoundException(
          "Unable to find explicit activity class "
              + intent.getComponent().toShortString()
              + "; have you declared this activity in your AndroidManifest.xml?");
    }
    if (intent.getAction() != null && OF_A_CAMERA.contains(intent.getAction())) {
      Unimplemented.tell(intent.getAction() + ": a phone has an app for it");
    }
    return new ActivityNotFoundException("No Activity found to handle " + intent);
  }
}
