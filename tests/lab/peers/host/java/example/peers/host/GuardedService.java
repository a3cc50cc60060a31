package example.peers.host;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;
import example.peers.Here;

/** For those who hold a permission. */
public final class GuardedService extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return "null".equals(intent.getAction()) ? null : new Here(this);
    }

    @Override
    public void onDestroy() {
        Here.say("GuardedService destroyed");
    }
}
