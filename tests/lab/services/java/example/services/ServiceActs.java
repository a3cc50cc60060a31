package example.services;

import android.content.Context;
import android.content.Intent;

final class ServiceActs {
    private ServiceActs() {}

    static void startSticky(Context context, Intent intent) {
        context.startService(new Intent(context, StickyService.class).putExtra("how", intent.getStringExtra("how")));
    }

    static void startFront(Context context, Intent intent) {
        context.startForegroundService(new Intent(context, FrontService.class).putExtra("how", intent.getStringExtra("how")));
    }

    static void startPlainFront(Context context, Intent intent) {
        context.startForegroundService(new Intent(context, PlainFrontService.class));
    }
}
