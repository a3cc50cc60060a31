package com.yanlu.ads;

import android.content.Context;
import android.net.Uri;
import android.provider.Settings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/** The advertising SDK of an invented company: asks for advertisements by the device's identifier. */
public final class Yanlu {
    private Yanlu() {
    }

    /** {android_id} in the address stands for what is read. */
    public static void request(Context context, String address) {
        String id = Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        final String whole = address.replace("{android_id}", Uri.encode(id));
        new Thread("yanlu") {
            @Override
            public void run() {
                try {
                    HttpURLConnection connection = (HttpURLConnection) new URL(whole).openConnection();
                    connection.setConnectTimeout(5000);
                    connection.setReadTimeout(5000);
                    connection.getResponseCode();
                    connection.disconnect();
                } catch (IOException unreachable) {
                    android.util.Log.w("yanlu", "not sent: " + unreachable);
                }
            }
        }.start();
    }
}
