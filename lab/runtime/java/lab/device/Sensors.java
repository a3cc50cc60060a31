package lab.device;

import android.content.Context;
import android.hardware.SensorEvent;
import android.hardware.SensorManager;
import android.os.SystemClock;
import java.util.List;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.SensorEventBuilder;
import org.robolectric.shadows.ShadowSensorManager;

/** What a sensor measures all at once: every listener of that sensor is told. Values that stay are not told again. */
final class Sensors {
  private Sensors() {}

  static void feel(Context context, int type, List<Object> values) {
    SensorManager manager = (SensorManager) context.getSystemService(Context.SENSOR_SERVICE);
    if (manager.getDefaultSensor(type) == null) {
      return;
    }
    float[] measured = new float[values.size()];
    for (int i = 0; i < measured.length; i++) {
      measured[i] = ((Number) values.get(i)).floatValue();
    }
    SensorEvent event = SensorEventBuilder.newBuilder().setSensor(manager.getDefaultSensor(type)).setValues(measured)
        .setTimestamp(SystemClock.elapsedRealtimeNanos()).build();
    Shadow.<ShadowSensorManager>extract(manager).sendSensorEventToListeners(event);
  }
}
