package example.peers.host;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;

/** In another process: goes async, adds its word and an extra; aborts if the intent says so. */
public final class SecondReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(final Context context, final Intent intent) {
        final PendingResult result = goAsync();
        new Thread(new Runnable() {
            @Override
            public void run() {
                Bundle extras = new Bundle();
                extras.putLong("long", 1L << 40);
                result.setResult(2, result.getResultData() + " second", extras);
                if (intent.getBooleanExtra("abort", false)) {
                    result.abortBroadcast();
                }
                result.finish();
            }
        }).start();
    }
}
