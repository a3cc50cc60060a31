package example.peers.host;

import android.app.Service;
import android.content.Intent;
import android.os.Bundle;
import android.os.IBinder;
import android.os.ResultReceiver;
import example.peers.Here;

/** In a process of its own, for everybody. */
public final class RemoteService extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return "null".equals(intent.getAction()) ? null : new Here(this);
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        ResultReceiver receiver = intent.getParcelableExtra("receiver");
        Bundle data = new Bundle();
        data.putString("word", "from the service");
        receiver.send(5, data);
        stopSelf(id);
        return START_NOT_STICKY;
    }

    @Override
    public void onDestroy() {
        Here.say("RemoteService destroyed");
    }
}
