package example.sdks;

import android.app.Activity;
import com.amplitude.api.Amplitude;

final class AmplitudeSdk extends Sdk {
    AmplitudeSdk() {
        super("amplitude");
    }

    @Override
    void start(Activity activity) {
        Amplitude.getInstance().initialize(activity, "0f1e2d3c4b5a69788796a5b4c3d2e1f0").enableForegroundTracking(activity.getApplication());
        Amplitude.getInstance().setUserId(USER);
    }

    @Override
    void event(Activity activity) {
        Amplitude.getInstance().logEvent(EVENT);
    }

    @Override
    void flush(Activity activity) {
        Amplitude.getInstance().uploadEvents();
    }
}
