package example.probe;

import android.app.Application;
import android.util.Log;

/** Says when it came up, so that a test sees the order. */
public final class ProbeApp extends Application {
    static boolean providerCameFirst;

    @Override
    public void onCreate() {
        super.onCreate();
        Log.i("Probe", "application after provider: " + providerCameFirst);
    }
}
