package example.sdks;

import android.app.Activity;
import com.umeng.analytics.MobclickAgent;
import com.umeng.commonsdk.UMConfigure;
import java.util.HashMap;
import java.util.Map;

final class UmengSdk extends Sdk {
    private static final String KEY = "64a1b2c3d4e5f60718293a4b";

    UmengSdk() {
        super("umeng");
    }

    @Override
    void start(Activity activity) {
        UMConfigure.preInit(activity.getApplicationContext(), KEY, "sampler");
        UMConfigure.submitPolicyGrantResult(activity.getApplicationContext(), true);
        UMConfigure.init(activity.getApplicationContext(), KEY, "sampler", UMConfigure.DEVICE_TYPE_PHONE, null);
        MobclickAgent.setPageCollectionMode(MobclickAgent.PageMode.AUTO);
        MobclickAgent.onProfileSignIn(USER);
    }

    @Override
    void event(Activity activity) {
        Map<String, Object> values = new HashMap<String, Object>();
        values.put("what", "button");
        MobclickAgent.onEventObject(activity.getApplicationContext(), EVENT, values);
    }
}
