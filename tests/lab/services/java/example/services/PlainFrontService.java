package example.services;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/** Comes to the foreground without a type. */
public final class PlainFrontService extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        try {
            startForeground(5, FrontService.notification(this, "at work"));
            Acts.say("in the foreground as " + getForegroundServiceType());
        } catch (RuntimeException e) {
            Acts.say("startForeground threw " + e.getClass().getName());
        }
        return START_NOT_STICKY;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
