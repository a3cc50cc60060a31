package lab.device;

import android.content.Context;
import android.content.Intent;
import android.os.BatteryManager;
import lab.device.shadows.LabContextImpl;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowBatteryManager;

/** The battery as the broadcast that sticks tells it, and as BatteryManager does. */
final class Battery {
  private Battery() {}

  @SuppressWarnings("deprecation")
  static void set(Context context, Intent state) {
    BatteryManager manager = (BatteryManager) context.getSystemService(Context.BATTERY_SERVICE);
    ShadowBatteryManager shadow = Shadow.extract(manager);
    int scale = Math.max(1, state.getIntExtra(BatteryManager.EXTRA_SCALE, 100));
    shadow.setIntProperty(
        BatteryManager.BATTERY_PROPERTY_CAPACITY, 100 * state.getIntExtra(BatteryManager.EXTRA_LEVEL, 0) / scale);
    shadow.setIntProperty(BatteryManager.BATTERY_PROPERTY_STATUS, state.getIntExtra(BatteryManager.EXTRA_STATUS, 0));
    shadow.setIsCharging(state.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0);
    Shadow.<LabContextImpl>extract(context).stickHere(state);
  }
}
