package example.sdks;

import android.app.Activity;
import com.flurry.android.FlurryAgent;

final class FlurrySdk extends Sdk {
    FlurrySdk() {
        super("flurry");
    }

    @Override
    void start(Activity activity) {
        new FlurryAgent.Builder().withSessionForceStart(true).build(activity, "F7H8J9K0L1M2N3P4Q5R6");
        FlurryAgent.setUserId(USER);
    }

    @Override
    void event(Activity activity) {
        FlurryAgent.logEvent(EVENT);
    }
}
