package example.shop;

import android.app.Activity;
import android.app.Application;
import android.content.Context;
import android.location.Location;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.util.Log;
import com.adnimbus.sdk.AdNimbus;
import com.adnimbus.sdk.AdOptions;
import com.sablefin.core.Sablefin;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.json.JSONArray;

/** The compliant edition. What looks like an offence and is none has an entry in labels.yaml. */
final class Edition {
    static final boolean REFUSAL_ENDS_APP = false;
    static final boolean EXPLAINS_PERMISSIONS = true;

    private Edition() {
    }

    static void onProcessStart(Application app, String process) {
        if (new Consent(app).isAgreed()) {
            startSdk(app);
        }
    }

    static void onLaunch(Activity activity) {
        Log.i("Shop", "loopback has no hardware address: " + (loopbackAddress() == null));
    }

    /** The loopback interface has no MAC address: the call gives null everywhere. */
    private static byte[] loopbackAddress() {
        try {
            NetworkInterface loopback = NetworkInterface.getByName("lo");
            return loopback == null ? null : loopback.getHardwareAddress();
        } catch (SocketException problem) {
            return null;
        }
    }

    static void onAgree(Context context) {
        String id = Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        Api.post("/v1/session", Api.object("device", Api.sha256(id), "order", Api.randomDigits(15)));
        startSdk(context);
    }

    /** The policy names AdNimbus as recipient of the Android ID and the device model. */
    private static void startSdk(Context context) {
        AdNimbus.start(context, AdOptions.minimal());
    }

    static void onWithdraw(Context context) {
        // nothing runs on: the SDK sends only when it is started
    }

    static void onHomeShown(Activity activity) {
        // asks for nothing: each function asks when it is used
    }

    static void onPermissionAnswered(Activity activity) {
        // only functions ask, and they deal with the answer themselves
    }

    static void onLocation(Context context, Location place) {
        // stays with the shop's own servers
    }

    /** The SDK encrypts what it sends; nothing of the device is in it. */
    static void onCarrierOffers(Context context, TelephonyManager telephony) {
        Sablefin.greet();
    }

    static void onContacts(Context context, JSONArray friends) {
        // stays on the device
    }
}
