package example.collector;

import android.app.Activity;
import com.android.webview.chromium.GeolocationPermissionsAdapter;
import com.google.android.gms.auth.api.signin.GoogleSignInAccount;
import com.tencent.smtt.sdk.CookieManager;
import com.xiaomi.mipush.sdk.MiPushClient;

/** What only SDKs and the WebView package give: their classes are in the app, as stand-ins. */
final class Sdks {
    static final Read[] ALL = {
        new Read("push_token", "a push service's name for this phone", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return MiPushClient.getRegId(activity);
            }
        },
        new Read("sign_in_email", "the e-mail address of who has logged in", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new GoogleSignInAccount().getEmail();
            }
        },
        new Read("web_cookie", "a page's cookie", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new CookieManager().getCookie("https://page.example/");
            }
        },
        new Read("web_place", "leave for a page to see the place", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                new GeolocationPermissionsAdapter().allow("https://page.example");
                return "allowed";
            }
        },
    };

    private Sdks() {
    }
}
