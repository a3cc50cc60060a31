package example.collector;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.Service;
import android.content.Intent;
import android.os.Binder;
import android.os.IBinder;

/** Started and bound by reads; it does nothing. */
public final class TargetService extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return new Binder();
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        if (intent.getBooleanExtra("front", false)) {
            comeForward();
        }
        stopSelf(startId);
        return START_NOT_STICKY;
    }

    /** What startForegroundService promises: without it Android ends the app. */
    private void comeForward() {
        NotificationManager manager = (NotificationManager) getSystemService(NOTIFICATION_SERVICE);
        manager.createNotificationChannel(new NotificationChannel("target", "Target", NotificationManager.IMPORTANCE_LOW));
        startForeground(1, new Notification.Builder(this, "target").setContentTitle("Target")
            .setSmallIcon(android.R.drawable.ic_menu_info_details).build());
    }
}
