package com.adnimbus.sdk;

import android.content.Context;
import android.os.Build;
import android.os.Handler;
import android.os.Looper;
import android.util.Base64;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** Entry of the advertising SDK of an invented company. Collects device data and sends it home. */
public final class AdNimbus {
    private static final long CLIPBOARD_DELAY_MS = 1500;
    private static final long HEARTBEAT_MS = 10000;

    private static boolean heartbeat;

    private AdNimbus() {
    }

    public static void start(Context context, AdOptions options) {
        final Context app = context.getApplicationContext();
        Uplink.post("/v2/start", object("android_id", DeviceProbe.androidId(app), "model", Build.MODEL));
        if (options.networkIds) {
            DeviceProbe.imei(app);
            DeviceProbe.hardwareAddress();
        }
        if (options.appList) {
            byte[] names = new JSONArray(DeviceProbe.packages(app)).toString().getBytes(StandardCharsets.UTF_8);
            Uplink.post("/v2/env", object("e", Base64.encodeToString(names, Base64.NO_WRAP)));
        }
        if (options.clipboard) {
            new Handler(Looper.getMainLooper()).postDelayed(new Runnable() {
                @Override
                public void run() {
                    String text = DeviceProbe.clipboard(app);
                    if (!text.isEmpty()) {
                        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                        Uplink.get("/v2/attribution?c=" + Base64.encodeToString(bytes, Base64.NO_WRAP | Base64.URL_SAFE));
                    }
                }
            }, CLIPBOARD_DELAY_MS);
        }
    }

    /** Tells the SDK's servers every ten seconds that the app is alive, in front or not. */
    public static synchronized void keepAlive(Context context) {
        if (heartbeat) {
            return;
        }
        heartbeat = true;
        final Context app = context.getApplicationContext();
        final Handler handler = new Handler(Looper.getMainLooper());
        handler.postDelayed(new Runnable() {
            @Override
            public void run() {
                Uplink.post("/v2/alive", object("android_id", DeviceProbe.androidId(app)));
                handler.postDelayed(this, HEARTBEAT_MS);
            }
        }, HEARTBEAT_MS);
    }

    /** An event of the host app, with whatever the host app hands over. */
    public static void report(String event, JSONObject data) {
        JSONObject body = object("event", event);
        try {
            body.put("data", data);
        } catch (JSONException problem) {
            throw new IllegalArgumentException(problem);
        }
        Uplink.post("/v2/event", body);
    }

    private static JSONObject object(String... pairs) {
        JSONObject object = new JSONObject();
        try {
            object.put("request", UUID.randomUUID().toString());
            for (int i = 0; i < pairs.length; i += 2) {
                object.put(pairs[i], pairs[i + 1]);
            }
        } catch (JSONException problem) {
            throw new IllegalArgumentException(problem);
        }
        return object;
    }
}
