package example.collector;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Hears what reads send; it does nothing. */
public final class WakeReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
    }
}
