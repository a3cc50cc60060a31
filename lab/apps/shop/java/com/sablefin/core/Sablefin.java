package com.sablefin.core;

import android.os.Build;
import android.telephony.TelephonyManager;
import android.util.Base64;
import android.util.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.json.JSONException;
import org.json.JSONObject;

/** The risk-control SDK of an invented company. What it sends is JSON in gzip in AES in base64 in JSON, as many of its kind do. */
public final class Sablefin {
    private static final String HOME = "https://in.sablefin.example";
    private static final byte[] KEY = "sablefin-2026-k1".getBytes(StandardCharsets.UTF_8);
    private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();

    private Sablefin() {
    }

    /** Says that the SDK is here, and nothing of the device. */
    public static void greet() {
        send("none");
    }

    /** The same, under the phone's number for the network. */
    public static void greetAs(TelephonyManager telephony) {
        send(telephony.getImei());
    }

    private static void send(final String id) {
        WORKER.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    Log.i("Sablefin", "sent: " + post(sealed(new JSONObject().put("v", 3).put("u", id).put("api", Build.VERSION.SDK_INT))));
                } catch (IOException | GeneralSecurityException | JSONException problem) {
                    Log.w("Sablefin", "not sent: " + problem);
                }
            }
        });
    }

    private static byte[] sealed(JSONObject words) throws IOException, GeneralSecurityException, JSONException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
            zip.write(words.toString().getBytes(StandardCharsets.UTF_8));
        }
        byte[] iv = new byte[16];
        new SecureRandom().nextBytes(iv);
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, "AES"), new IvParameterSpec(iv));
        byte[] secret = cipher.doFinal(packed.toByteArray());
        byte[] whole = new byte[iv.length + secret.length];
        System.arraycopy(iv, 0, whole, 0, iv.length);
        System.arraycopy(secret, 0, whole, iv.length, secret.length);
        return new JSONObject().put("p", Base64.encodeToString(whole, Base64.NO_WRAP)).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static int post(byte[] body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(HOME + "/v1/p").openConnection();
        connection.setConnectTimeout(10000);
        connection.setReadTimeout(10000);
        try {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
