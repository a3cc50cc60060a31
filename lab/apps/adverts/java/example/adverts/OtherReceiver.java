package example.adverts;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Does nothing but start the process. */
public final class OtherReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
    }
}
