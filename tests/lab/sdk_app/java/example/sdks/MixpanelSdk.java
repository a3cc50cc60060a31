package example.sdks;

import android.app.Activity;
import com.mixpanel.android.mpmetrics.MixpanelAPI;

final class MixpanelSdk extends Sdk {
    private MixpanelAPI api;

    MixpanelSdk() {
        super("mixpanel");
    }

    @Override
    void start(Activity activity) {
        api = MixpanelAPI.getInstance(activity.getApplicationContext(), "5c4b3a29181706f5e4d3c2b1a0918273");
        api.identify(USER);
        api.getPeople().identify(USER);
        api.getPeople().set("plan", "sampler");
    }

    @Override
    void event(Activity activity) {
        api.track(EVENT);
    }

    @Override
    void flush(Activity activity) {
        api.flush();
    }
}
