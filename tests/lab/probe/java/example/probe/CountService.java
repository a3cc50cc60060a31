package example.probe;

import android.app.Service;
import android.content.Intent;
import android.os.Binder;
import android.os.IBinder;
import android.util.Log;

/** Started: says so and ends itself. Bound: hands out a binder of the same process. */
public final class CountService extends Service {
    final class Here extends Binder {
        String word() {
            return "bound";
        }
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        Log.i("Probe", "service started " + intent.getIntExtra("count", 0));
        stopSelf(startId);
        return START_NOT_STICKY;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return new Here();
    }

    @Override
    public void onDestroy() {
        Log.i("Probe", "service destroyed");
    }
}
