package example.peers.host;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** The last one. */
public final class ThirdReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        setResultCode(getResultCode() + 1);
        setResultData(getResultData() + " third " + getResultExtras(true).getLong("long"));
    }
}
