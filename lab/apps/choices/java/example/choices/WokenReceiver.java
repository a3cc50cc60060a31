package example.choices;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** What another app may wake this one by; it does nothing but start the process. */
public final class WokenReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
    }
}
