package lab.device.shadows;

import android.app.Activity;
import android.content.Intent;
import android.content.IntentSender;
import android.os.Bundle;
import android.view.View;
import java.util.Map;
import lab.device.DeviceMain;
import lab.device.Intents;
import lab.device.Permissions;
import lab.device.system.Daemon;
import lab.device.system.Sender;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowActivity;

/** Activities that tell the daemon what they want, where Robolectric's only remember it. */
@Implements(Activity.class)
public class LabActivity extends ShadowActivity {
  private boolean told;

  @Override
  @Implementation
  protected void finish() {
    super.finish();
    tell();
  }

  @Override
  @Implementation
  protected void finishAndRemoveTask() {
    super.finishAndRemoveTask();
    tell();
  }

  @Override
  @Implementation
  protected void finishAffinity() {
    super.finishAffinity();
    for (Activity other : DeviceMain.activities().all()) {
      if (!other.isFinishing()) {
        other.finish();
      }
    }
    tell();
  }

  private void tell() {
    if (!told) {
      told = true;
      DeviceMain.activities().finishing(realActivity, getResultCode(), getResultIntent());
    }
  }

  /** Android 12 and later: back on a task's root activity leaves it alive in the background. */
  @Override
  @Implementation
  protected void onBackPressed() {
    android.app.ActionBar bar = realActivity.getActionBar();
    if (bar != null && bar.collapseActionView()) {
      return;
    }
    if (realActivity.getFragmentManager().popBackStackImmediate()) {
      return;
    }
    Intent intent = realActivity.getIntent();
    boolean fromLauncher = intent != null && intent.hasCategory(Intent.CATEGORY_LAUNCHER);
    if (fromLauncher && DeviceMain.activities().isRoot(realActivity)) {
      DeviceMain.activities().moveToBack(realActivity);
    } else {
      realActivity.finish();
    }
  }

  @Override
  @Implementation
  protected boolean moveTaskToBack(boolean nonRoot) {
    if (!nonRoot && !DeviceMain.activities().isRoot(realActivity)) {
      return false;
    }
    return DeviceMain.activities().moveToBack(realActivity);
  }

  @Override
  @Implementation
  protected View getCurrentFocus() {
    return realActivity.getWindow().getCurrentFocus();
  }

  @Override
  @Implementation
  public void startIntentSenderForResult(
      IntentSender sender, int requestCode, Intent fillIn, int mask, int values, int extraFlags, Bundle options)
      throws IntentSender.SendIntentException {
    Map<String, Object> answer =
        Daemon.ask(
            "pending_intent", "verb", "send", "id", Sender.idOf(sender.getTarget()), "request_code", requestCode,
            "caller_token", DeviceMain.activities().tokenOf(realActivity),
            "fill_in", fillIn == null ? null : Intents.write(fillIn));
    if (!Boolean.TRUE.equals(answer.get("sent"))) {
      throw new IntentSender.SendIntentException();
    }
  }

  @Implementation
  protected boolean shouldShowRequestPermissionRationale(String permission) {
    return Permissions.wantsRationale(permission);
  }
}
