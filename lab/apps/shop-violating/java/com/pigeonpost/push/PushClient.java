package com.pigeonpost.push;

import android.content.Context;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.util.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Entry of the push SDK of an invented company; lives in a process of its own. */
public final class PushClient {
    private static final String BASE = "https://push.pigeonpost.example";

    private PushClient() {
    }

    /** Runs as the push process starts. */
    public static void start(Context context) {
        String id = androidId(context);
        String network = ((TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE)).getSimOperator();
        Log.i("PigeonPost", "ready: " + (id != null) + " " + (network != null));
    }

    /** Registers the device, under the MD5 of its Android ID. */
    public static void register(Context context) {
        final String body = "{\"did\":\"" + md5(androidId(context)) + "\"}";
        new Thread("pigeonpost") {
            @Override
            public void run() {
                try {
                    Log.i("PigeonPost", "registered: " + send("/register", body));
                } catch (IOException problem) {
                    Log.w("PigeonPost", "not registered: " + problem);
                }
            }
        }.start();
    }

    private static String androidId(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }

    private static String md5(String text) {
        try {
            StringBuilder hex = new StringBuilder();
            for (byte b : MessageDigest.getInstance("MD5").digest(String.valueOf(text).getBytes(StandardCharsets.UTF_8))) {
                hex.append(String.format("%02x", b));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException problem) {
            throw new IllegalStateException(problem);
        }
    }

    private static int send(String path, String body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + path).openConnection();
        connection.setConnectTimeout(10000);
        connection.setReadTimeout(10000);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try {
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
