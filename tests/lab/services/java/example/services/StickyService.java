package example.services;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/** Stays, and is started again by the system when its process has died. */
public final class StickyService extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        String how = intent == null ? null : intent.getStringExtra("how");
        Acts.say("sticky start " + startId + " " + (intent == null ? "null" : how) + " flags " + flags);
        return "redeliver".equals(how) ? START_REDELIVER_INTENT : "leave".equals(how) ? START_NOT_STICKY : START_STICKY;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }

    @Override
    public void onTaskRemoved(Intent root) {
        Acts.say("task removed " + root.getComponent().getShortClassName());
    }
}
