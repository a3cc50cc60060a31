package example.services;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import android.service.notification.StatusBarNotification;

final class NoticeActs {
    private NoticeActs() {}

    private static NotificationManager manager(Context context) {
        return (NotificationManager) context.getSystemService(Context.NOTIFICATION_SERVICE);
    }

    private static PendingIntent open(Context context, String word) {
        Intent intent = new Intent(context, MainActivity.class).setAction("open." + word).putExtra("word", word);
        return PendingIntent.getActivity(context, 0, intent, PendingIntent.FLAG_IMMUTABLE);
    }

    private static PendingIntent tell(Context context, String word) {
        Intent intent = new Intent(context, WordReceiver.class).setAction("tell." + word).putExtra("word", word);
        return PendingIntent.getBroadcast(context, 0, intent, PendingIntent.FLAG_IMMUTABLE);
    }

    static void channel(Context context, Intent intent) {
        manager(context).createNotificationChannel(
            new NotificationChannel("news", "News", NotificationManager.IMPORTANCE_DEFAULT));
        NotificationChannel found = manager(context).getNotificationChannel("news");
        Acts.say("channel " + found.getName() + " " + found.getImportance() + " of "
            + manager(context).getNotificationChannels().size() + " other " + manager(context).getNotificationChannel("none"));
    }

    static void post(Context context, Intent intent) {
        String title = intent.getStringExtra("title");
        Notification.Builder builder = new Notification.Builder(context, intent.getStringExtra("channel"))
            .setSmallIcon(android.R.drawable.ic_menu_info_details).setContentTitle(title).setContentText("text of " + title)
            .setContentIntent(open(context, "content-" + title)).setDeleteIntent(tell(context, "deleted-" + title))
            .setAutoCancel(true)
            .addAction(new Notification.Action.Builder(null, "Answer", tell(context, "answer-" + title)).build());
        manager(context).notify("tag", intent.getIntExtra("id", 1), builder.build());
        Acts.say("posted, enabled " + manager(context).areNotificationsEnabled());
    }

    static void active(Context context, Intent intent) {
        StatusBarNotification[] shown = manager(context).getActiveNotifications();
        StringBuilder titles = new StringBuilder();
        for (StatusBarNotification one : shown) {
            titles.append(' ').append(one.getId()).append(one.getTag())
                .append(one.getNotification().extras.getString(Notification.EXTRA_TITLE));
        }
        Acts.say("active" + titles);
    }

    static void cancelNotice(Context context, Intent intent) {
        manager(context).cancel("tag", 1);
        Acts.say("cancelled");
    }

    static void postNothing(Context context, Intent intent) {
        manager(context).notify(9, new Notification.Builder(context, "news").setContentTitle("no icon").build());
    }
}
