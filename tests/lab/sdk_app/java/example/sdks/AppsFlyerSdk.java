package example.sdks;

import android.app.Activity;
import com.appsflyer.AppsFlyerLib;
import java.util.HashMap;
import java.util.Map;

final class AppsFlyerSdk extends Sdk {
    private static final String KEY = "K2mPqXr7TzVwYs4LbNcDfH";

    AppsFlyerSdk() {
        super("appsflyer");
    }

    @Override
    void start(Activity activity) {
        AppsFlyerLib library = AppsFlyerLib.getInstance();
        library.init(KEY, null, activity.getApplicationContext());
        library.setCustomerUserId(USER);
        library.startTracking(activity.getApplication(), KEY);
        library.trackAppLaunch(activity.getApplicationContext(), KEY);
    }

    @Override
    void event(Activity activity) {
        Map<String, Object> values = new HashMap<String, Object>();
        values.put("what", EVENT);
        AppsFlyerLib.getInstance().trackEvent(activity.getApplicationContext(), EVENT, values);
    }
}
