package example.peers.host;

import android.app.Application;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import example.peers.Here;

/** Registers the first receiver of the ordered broadcast, in the main process alone. */
public final class HostApp extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        if (!getProcessName().equals(getPackageName())) {
            return;
        }
        IntentFilter filter = new IntentFilter("example.peers.ORDER");
        filter.setPriority(10);
        registerReceiver(new BroadcastReceiver() {
            @Override
            public void onReceive(Context context, Intent intent) {
                Here.say("first " + getResultData());
                setResult(1, getResultData() + " first", null);
            }
        }, filter, RECEIVER_NOT_EXPORTED);
    }
}
