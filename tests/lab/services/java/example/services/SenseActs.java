package example.services;

import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.hardware.Sensor;
import android.hardware.SensorEvent;
import android.hardware.SensorEventListener;
import android.hardware.SensorManager;

/** What the app feels of the device's movement, and the parts of itself that it switches on and off. */
final class SenseActs {
    private SenseActs() {}

    static void feel(Context context, Intent intent) {
        SensorManager sensors = (SensorManager) context.getSystemService(Context.SENSOR_SERVICE);
        sensors.registerListener(new SensorEventListener() {
            @Override
            public void onSensorChanged(SensorEvent event) {
                Acts.say("felt " + event.sensor.getType() + " " + event.values[0] + " " + event.values[2]);
            }

            @Override
            public void onAccuracyChanged(Sensor sensor, int accuracy) {
            }
        }, sensors.getDefaultSensor(Sensor.TYPE_ACCELEROMETER), SensorManager.SENSOR_DELAY_UI);
        Acts.say("feeling");
    }

    /** The receiver of the system's broadcasts: "on" or "off". */
    static void switchReceiver(Context context, Intent intent) {
        boolean on = "on".equals(intent.getStringExtra("word"));
        context.getPackageManager().setComponentEnabledSetting(new ComponentName(context, SystemReceiver.class),
            on ? PackageManager.COMPONENT_ENABLED_STATE_ENABLED : PackageManager.COMPONENT_ENABLED_STATE_DISABLED,
            PackageManager.DONT_KILL_APP);
        Acts.say("switched " + intent.getStringExtra("word"));
    }
}
