package example.sdks;

import android.app.Activity;
import com.adjust.sdk.Adjust;
import com.adjust.sdk.AdjustConfig;
import com.adjust.sdk.AdjustEvent;

final class AdjustSdk extends Sdk {
    AdjustSdk() {
        super("adjust");
    }

    @Override
    void start(Activity activity) {
        AdjustConfig config = new AdjustConfig(activity.getApplicationContext(), "2fm9gkqubvpc", AdjustConfig.ENVIRONMENT_SANDBOX);
        config.setExternalDeviceId(USER);
        Adjust.onCreate(config);
        Adjust.onResume();
    }

    @Override
    void event(Activity activity) {
        AdjustEvent event = new AdjustEvent("abc123");
        event.addCallbackParameter("what", EVENT);
        Adjust.trackEvent(event);
    }
}
