package example.sdks;

import android.app.Activity;
import java.util.HashMap;
import java.util.Map;
import ly.count.android.sdk.Countly;
import ly.count.android.sdk.CountlyConfig;

final class CountlySdk extends Sdk {
    CountlySdk() {
        super("countly");
    }

    @Override
    void start(Activity activity) {
        CountlyConfig config = new CountlyConfig(activity.getApplication(), "b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f80", "https://sampler.count.ly");
        config.setHttpPostForced(true);
        config.setEventQueueSizeToSend(1);
        Countly.sharedInstance().init(config);
        Countly.sharedInstance().onStart(activity);
        Map<String, String> user = new HashMap<String, String>();
        user.put("username", USER);
        Countly.userData.setUserData(user);
        Countly.userData.save();
    }

    @Override
    void event(Activity activity) {
        Countly.sharedInstance().events().recordEvent(EVENT);
    }
}
