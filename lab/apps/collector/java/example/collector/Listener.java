package example.collector;

import android.service.notification.NotificationListenerService;

/** Reads the notifications of all apps, where the user lets it. */
public final class Listener extends NotificationListenerService {
}
