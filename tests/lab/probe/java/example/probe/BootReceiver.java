package example.probe;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.util.Log;

/** Answers an ordered broadcast. */
public final class BootReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Log.i("Probe", "received " + intent.getAction() + " " + intent.getStringExtra("word"));
        setResultCode(7);
        setResultData("pong");
    }
}
