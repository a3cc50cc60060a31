package example.services;

import android.app.AlarmManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;

final class AlarmActs {
    private AlarmActs() {}

    private static AlarmManager manager(Context context) {
        return (AlarmManager) context.getSystemService(Context.ALARM_SERVICE);
    }

    static PendingIntent word(Context context, String word, int flags) {
        Intent intent = new Intent(context, WordReceiver.class).putExtra("word", word);
        return PendingIntent.getBroadcast(context, 3, intent, flags | PendingIntent.FLAG_IMMUTABLE);
    }

    static void inexact(Context context, Intent intent) {
        manager(context).set(AlarmManager.RTC_WAKEUP, System.currentTimeMillis() + 100,
            word(context, intent.getStringExtra("word"), PendingIntent.FLAG_UPDATE_CURRENT));
        Acts.say("set");
    }

    static void exact(Context context, Intent intent) {
        Acts.say("exact allowed " + manager(context).canScheduleExactAlarms());
        manager(context).setExact(AlarmManager.ELAPSED_REALTIME, SystemClock.elapsedRealtime() + 100,
            word(context, "exact", PendingIntent.FLAG_UPDATE_CURRENT));
        Acts.say("set exactly");
    }

    static void repeat(Context context, Intent intent) {
        manager(context).setRepeating(AlarmManager.ELAPSED_REALTIME, SystemClock.elapsedRealtime() + 3600000, 1000,
            word(context, "repeated", PendingIntent.FLAG_UPDATE_CURRENT));
    }

    static void cancelAlarm(Context context, Intent intent) {
        PendingIntent same = word(context, "whatever", PendingIntent.FLAG_NO_CREATE);
        manager(context).cancel(same);
        Acts.say("cancelled");
    }

    static void listen(Context context, Intent intent) {
        manager(context).setExact(AlarmManager.ELAPSED_REALTIME, SystemClock.elapsedRealtime() + 100, "tag",
            new AlarmManager.OnAlarmListener() {
                @Override
                public void onAlarm() {
                    Acts.say("listener on main " + (Looper.myLooper() == Looper.getMainLooper()));
                }
            }, new Handler(Looper.getMainLooper()));
    }

    static void clock(Context context, Intent intent) {
        manager(context).setAlarmClock(new AlarmManager.AlarmClockInfo(System.currentTimeMillis() + 3600000, null),
            word(context, "clock", PendingIntent.FLAG_UPDATE_CURRENT));
        long next = manager(context).getNextAlarmClock().getTriggerTime() - System.currentTimeMillis();
        Acts.say("clock in an hour " + (next > 3500000 && next <= 3600000));
    }

    static void pendingIntents(Context context, Intent intent) throws Exception {
        PendingIntent one = word(context, "first", PendingIntent.FLAG_UPDATE_CURRENT);
        PendingIntent same = word(context, "second", PendingIntent.FLAG_UPDATE_CURRENT);
        Acts.say("same " + one.equals(same) + " immutable " + one.isImmutable() + " broadcast " + one.isBroadcast()
            + " of " + one.getCreatorPackage());
        one.send();
        one.cancel();
        try {
            same.send();
        } catch (PendingIntent.CanceledException e) {
            Acts.say("cancelled for both");
        }
        Acts.say("gone " + (word(context, "x", PendingIntent.FLAG_NO_CREATE) == null));
        PendingIntent.getActivity(context, 0, new Intent("example.services.NONE"), 0);
    }
}
