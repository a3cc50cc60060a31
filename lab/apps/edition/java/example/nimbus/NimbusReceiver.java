package example.nimbus;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Starts the process, and has its alarm go off again. */
public class NimbusReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        int ms = intent.getIntExtra("ms", 0);
        if (ms > 0) {
            Nimbus.setAlarm(context, getClass(), ms);
        }
    }
}
