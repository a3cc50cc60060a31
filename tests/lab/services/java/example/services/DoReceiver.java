package example.services;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Behind, does what its intent's extra "do" names. */
public final class DoReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Acts.perform(context.getApplicationContext(), intent);
    }
}
