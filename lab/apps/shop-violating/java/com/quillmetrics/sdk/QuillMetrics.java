package com.quillmetrics.sdk;

import android.content.Context;
import android.provider.Settings;
import android.util.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Entry of the measuring SDK of an invented company. It reports to the servers of an advertiser, as partners do. */
public final class QuillMetrics {
    private static final String HOST = "track.adnimbus.example";
    private static final ExecutorService WORKER = Executors.newSingleThreadExecutor();

    private QuillMetrics() {
    }

    /** Tells the advertiser which device has installed the app. */
    public static void start(Context context) {
        String id = Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        final byte[] body = ("{\"partner\":\"quillmetrics\",\"aid\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8);
        WORKER.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    Log.i("Quillmetrics", "told: " + Wire.post(HOST, "/v2/event", body));
                } catch (IOException problem) {
                    Log.w("Quillmetrics", "not told: " + problem);
                }
            }
        });
    }
}
