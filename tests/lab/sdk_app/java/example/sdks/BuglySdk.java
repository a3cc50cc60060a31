package example.sdks;

import android.app.Activity;
import com.tencent.bugly.crashreport.CrashReport;

final class BuglySdk extends Sdk {
    BuglySdk() {
        super("bugly");
    }

    @Override
    void start(Activity activity) {
        CrashReport.UserStrategy strategy = new CrashReport.UserStrategy(activity);
        strategy.setAppReportDelay(100);
        CrashReport.initCrashReport(activity.getApplicationContext(), "a1b2c3d4e5", true, strategy);
        CrashReport.setUserId(USER);
    }

    @Override
    void event(Activity activity) {
        CrashReport.postCatchedException(new IllegalStateException(EVENT));
    }
}
