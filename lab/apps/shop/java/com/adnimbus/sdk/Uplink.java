package com.adnimbus.sdk;

import android.util.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.json.JSONObject;

/** The SDK's way home. */
final class Uplink {
    private static final String BASE = "https://track.adnimbus.example";
    private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();

    private Uplink() {
    }

    static void post(String path, JSONObject body) {
        send(path, body.toString());
    }

    static void get(String path) {
        send(path, null);
    }

    private static void send(final String path, final String body) {
        WORKER.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    Log.i("AdNimbus", "sent: " + exchange(path, body));
                } catch (IOException problem) {
                    Log.w("AdNimbus", "not sent: " + problem);
                }
            }
        });
    }

    private static int exchange(String path, String body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(BASE + path).openConnection();
        connection.setConnectTimeout(10000);
        connection.setReadTimeout(10000);
        try {
            if (body != null) {
                connection.setRequestMethod("POST");
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body.getBytes(StandardCharsets.UTF_8));
                }
            }
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
