package example.shop;

import android.util.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.json.JSONException;
import org.json.JSONObject;

/** The shop's own servers. */
final class Api {
    private static final String BASE = "https://api.youzizhen.example";
    private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();
    private static final SecureRandom RANDOM = new SecureRandom();

    private Api() {
    }

    /** Look and texts of the shop. Says nothing about the user or the device: `nonce` is new for each request. */
    static void fetchConfig() {
        send("GET", "/v1/config?channel=market&nonce=" + randomHex(8) + "&ticket=" + randomDigits(15), null);
    }

    static void post(String path, JSONObject body) {
        send("POST", path, body.toString());
    }

    static JSONObject object(String... pairs) {
        JSONObject object = new JSONObject();
        try {
            for (int i = 0; i < pairs.length; i += 2) {
                object.put(pairs[i], pairs[i + 1]);
            }
        } catch (JSONException problem) {
            throw new IllegalArgumentException(problem);
        }
        return object;
    }

    /** As long as an Android ID, but drawn at random. */
    static String randomHex(int bytes) {
        byte[] drawn = new byte[bytes];
        RANDOM.nextBytes(drawn);
        return hex(drawn);
    }

    /** As long as an IMEI, but drawn at random. */
    static String randomDigits(int count) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < count; i++) {
            digits.append(RANDOM.nextInt(10));
        }
        return digits.toString();
    }

    static String sha256(String text) {
        try {
            return hex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException problem) {
            throw new IllegalStateException(problem);
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format("%02x", b));
        }
        return text.toString();
    }

    private static void send(final String method, final String path, final String body) {
        WORKER.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    Log.i("Shop", method + " " + path + ": " + exchange(method, path, body));
                } catch (IOException problem) {
                    Log.w("Shop", method + " " + path + " failed: " + problem);
                }
            }
        });
    }

    private static int exchange(String method, String path, String body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + path).openConnection();
        connection.setConnectTimeout(10000);
        connection.setReadTimeout(10000);
        connection.setRequestMethod(method);
        try {
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json; charset=utf-8");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body.getBytes(StandardCharsets.UTF_8));
                }
            }
            int status = connection.getResponseCode();
            InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            if (in != null) {
                in.close();
            }
            return status;
        } finally {
            connection.disconnect();
        }
    }
}
