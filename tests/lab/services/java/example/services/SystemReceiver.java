package example.services;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Says what the system told everybody. */
public final class SystemReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Acts.say("manifest receiver " + intent.getAction());
    }
}
