package example.sdks;

import android.app.Activity;
import com.sensorsdata.analytics.android.sdk.SAConfigOptions;
import com.sensorsdata.analytics.android.sdk.SensorsAnalyticsAutoTrackEventType;
import com.sensorsdata.analytics.android.sdk.SensorsDataAPI;

final class SensorsSdk extends Sdk {
    SensorsSdk() {
        super("sensors");
    }

    @Override
    void start(Activity activity) {
        SAConfigOptions options = new SAConfigOptions("https://sampler.datasink.sensorsdata.cn/sa?project=default&token=0a1b2c3d4e5f6071");
        options.setAutoTrackEventType(SensorsAnalyticsAutoTrackEventType.APP_START | SensorsAnalyticsAutoTrackEventType.APP_END);
        SensorsDataAPI.startWithConfigOptions(activity.getApplicationContext(), options);
        SensorsDataAPI.sharedInstance().login(USER);
        SensorsDataAPI.sharedInstance().trackAppInstall();
    }

    @Override
    void event(Activity activity) {
        SensorsDataAPI.sharedInstance().track(EVENT);
    }

    @Override
    void flush(Activity activity) {
        SensorsDataAPI.sharedInstance().flush();
    }
}
