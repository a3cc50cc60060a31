package lab.device;

import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.os.PowerManager;
import java.util.LinkedHashMap;
import java.util.Map;
import lab.device.shadows.LabContextImpl;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowBroadcastPendingResult;
import org.robolectric.shadows.ShadowPowerManager;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** Broadcasts that the daemon delivers to this process. */
final class Receivers {
  private Receivers() {}

  /**
   * `name`: the receiver of the manifest to run; null for those that this process registered while
   * running. The answer is what an ordered broadcast's receiver has set.
   */
  static Map<String, Object> deliver(Intent intent, String name, BoundApp app) throws ReflectiveOperationException {
    Map<String, Object> answer = new LinkedHashMap<>();
    if (name == null && Intent.ACTION_BATTERY_CHANGED.equals(intent.getAction())) {
      Battery.set(app.context(), intent);
      return answer;
    }
    if (name == null && (Intent.ACTION_SCREEN_ON.equals(intent.getAction()) || Intent.ACTION_SCREEN_OFF.equals(intent.getAction()))) {
      PowerManager power = (PowerManager) app.context().getSystemService(Context.POWER_SERVICE);
      Shadow.<ShadowPowerManager>extract(power).turnScreenOn(Intent.ACTION_SCREEN_ON.equals(intent.getAction()));
    }
    if (name == null) {
      Shadow.<LabContextImpl>extract(app.context()).deliverToRegistered(intent);
      return answer;
    }
    ComponentName component = ComponentName.unflattenFromString(name.contains("/") ? name : app.packageName() + "/" + name);
    BroadcastReceiver receiver =
        app.componentFactory().instantiateReceiver(app.loader(), component.getClassName(), intent);
    BroadcastReceiver.PendingResult result =
        ReflectionHelpers.callStaticMethod(
            ShadowBroadcastPendingResult.class,
            "create",
            ClassParameter.from(int.class, 0),
            ClassParameter.from(String.class, null),
            ClassParameter.from(Bundle.class, null),
            ClassParameter.from(boolean.class, true));
    receiver.setPendingResult(result);
    receiver.onReceive(app.application(), intent);
    answer.put("result_code", result.getResultCode());
    answer.put("result_data", result.getResultData());
    return answer;
  }
}
