package example.peers.host;

import android.app.Service;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.os.IBinder;
import example.peers.Here;

/** In an isolated process. */
public final class IsolatedService extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        Here.say("isolated " + (checkSelfPermission("android.permission.INTERNET") == PackageManager.PERMISSION_GRANTED));
        try {
            bindService(new Intent(this, RemoteService.class), new example.peers.Bound(), BIND_AUTO_CREATE);
        } catch (SecurityException e) {
            Here.say("isolated may not bind");
        }
        return "null".equals(intent.getAction()) ? null : new Here(this);
    }

    @Override
    public void onDestroy() {
        Here.say("IsolatedService destroyed");
    }
}
