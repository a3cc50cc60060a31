package example.bad;

import android.app.Application;

/** In two processes it does not get through onCreate. */
public final class BadApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        String process = getProcessName();
        if (process.endsWith(":stuck_application")) {
            Deeds.sleepForever();
        } else if (process.endsWith(":exiting_application")) {
            System.exit(7);
        }
    }
}
