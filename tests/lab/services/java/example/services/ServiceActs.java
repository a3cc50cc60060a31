package example.services;

import android.app.ActivityManager;
import android.app.KeyguardManager;
import android.content.Context;
import android.content.Intent;
import android.os.PowerManager;

final class ServiceActs {
    private ServiceActs() {}

    static void startSticky(Context context, Intent intent) {
        context.startService(new Intent(context, StickyService.class).putExtra("how", intent.getStringExtra("how")));
    }

    static void importance(Context context, Intent intent) {
        ActivityManager manager = (ActivityManager) context.getSystemService(Context.ACTIVITY_SERVICE);
        ActivityManager.RunningAppProcessInfo mine = new ActivityManager.RunningAppProcessInfo();
        ActivityManager.getMyMemoryState(mine);
        for (ActivityManager.RunningAppProcessInfo one : manager.getRunningAppProcesses()) {
            boolean on = ((PowerManager) context.getSystemService(Context.POWER_SERVICE)).isInteractive();
            boolean locked = ((KeyguardManager) context.getSystemService(Context.KEYGUARD_SERVICE)).isKeyguardLocked();
            Acts.say("importance " + one.importance + " of " + one.processName + ", interactive " + on + ", locked " + locked);
        }
    }

    static void startFront(Context context, Intent intent) {
        context.startForegroundService(new Intent(context, FrontService.class).putExtra("how", intent.getStringExtra("how")));
    }

    static void startPlainFront(Context context, Intent intent) {
        context.startForegroundService(new Intent(context, PlainFrontService.class));
    }
}
