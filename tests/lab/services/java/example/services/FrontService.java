package example.services;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.os.IBinder;

/** Comes to the foreground, unless it is told otherwise. */
public final class FrontService extends Service {
    static Notification notification(Context context, String title) {
        NotificationManager manager = (NotificationManager) context.getSystemService(NOTIFICATION_SERVICE);
        manager.createNotificationChannel(new NotificationChannel("work", "Work", NotificationManager.IMPORTANCE_LOW));
        return new Notification.Builder(context, "work").setSmallIcon(android.R.drawable.ic_menu_info_details)
            .setContentTitle(title).build();
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        String how = intent.getStringExtra("how");
        if ("end".equals(how)) {
            stopSelf();
            return START_NOT_STICKY;
        }
        try {
            startForeground(5, notification(this, "at work"));
            Acts.say("in the foreground as " + getForegroundServiceType());
        } catch (RuntimeException e) {
            Acts.say("startForeground threw " + e.getClass().getName());
        }
        if ("leave".equals(how)) {
            stopForeground(STOP_FOREGROUND_REMOVE);
            Acts.say("in the background as " + getForegroundServiceType());
        }
        return START_NOT_STICKY;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
