package example.shop;

import android.app.Activity;
import android.app.Application;
import android.Manifest;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.location.Location;
import android.net.wifi.WifiInfo;
import android.net.wifi.WifiManager;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import com.adnimbus.sdk.AdNimbus;
import com.adnimbus.sdk.AdOptions;
import com.pigeonpost.push.PushClient;
import com.pigeonpost.push.PushService;
import com.quillmetrics.sdk.QuillMetrics;
import com.sablefin.core.Sablefin;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** The violating edition. Each offence here has an entry in labels.yaml. */
final class Edition {
    static final boolean REFUSAL_ENDS_APP = true;
    static final boolean EXPLAINS_PERMISSIONS = false;
    private static final int MAX_ASKS = 3;

    /** Requests of this launch, and whether one is still open. */
    private static int asked;
    private static boolean waiting;
    private static boolean startedHere;

    private Edition() {
    }

    static void onProcessStart(Application app, String process) {
        if (process.endsWith(":push")) {
            PushClient.start(app);
            return;
        }
        collect(app);
        startedHere = true;
        try {
            app.startService(new Intent(app, PushService.class));
        } catch (IllegalStateException inBackground) {
            android.util.Log.i("Shop", "push not started from the background");
        }
    }

    /** A launch into a process that is still there, as after the refusal that closed the app. */
    static void onLaunch(Activity activity) {
        if (!startedHere) {
            collect(activity.getApplicationContext());
        }
        startedHere = false;
        asked = 0;
        waiting = false;
    }

    private static void collect(Context context) {
        String id = Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        Api.post("/v1/activate", Api.object("device_id", id));
        AdNimbus.start(context, new AdOptions());
    }

    static void onAgree(Context context) {
        PushClient.register(context);
        AdNimbus.keepAlive(context);
        QuillMetrics.start(context);
        String id = Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        Api.post("/v1/session", Api.object("device", Api.sha256(id)));
    }

    static void onWithdraw(Context context) {
        // goes on as before
    }

    static void onHomeShown(Activity activity) {
        AdNimbus.keepAlive(activity);
        ask(activity);
    }

    static void onPermissionAnswered(Activity activity) {
        waiting = false;
        ask(activity);
    }

    /** Asks for what no function in use needs, whenever the page shows and after each refusal. */
    private static void ask(Activity activity) {
        if (waiting || asked >= MAX_ASKS) {
            return;
        }
        asked++;
        boolean place = asked == MAX_ASKS;
        String permission = place ? Manifest.permission.ACCESS_FINE_LOCATION : Manifest.permission.READ_PHONE_STATE;
        if (activity.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED) {
            ask(activity);
            return;
        }
        waiting = true;
        activity.requestPermissions(
            place ? new String[] {permission, Manifest.permission.ACCESS_COARSE_LOCATION} : new String[] {permission}, asked);
    }

    static void onLocation(Context context, Location place) {
        WifiManager wifi = (WifiManager) context.getApplicationContext().getSystemService(Context.WIFI_SERVICE);
        WifiInfo connection = wifi.getConnectionInfo();
        AdNimbus.report("place", Api.object("lat", String.valueOf(place.getLatitude()), "lon", String.valueOf(place.getLongitude()),
            "bssid", connection == null ? "" : String.valueOf(connection.getBSSID())));
    }

    static void onCarrierOffers(Context context, TelephonyManager telephony) {
        Sablefin.greetAs(telephony);
    }

    static void onContacts(Context context, JSONArray friends) {
        try {
            AdNimbus.report("friends", new JSONObject().put("people", friends));
        } catch (JSONException problem) {
            throw new IllegalStateException(problem);
        }
    }
}
