package com.liuying.stat;

import android.content.Context;
import android.content.pm.PackageInfo;
import android.net.Uri;
import android.provider.Settings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/** The statistics SDK of an invented company: reads what its host app lets it read, and sends it where that lets it send. */
public final class Liuying {
    private Liuying() {
    }

    /** Reads each kind (android_id, apps), whose name in braces in the address stands for it; sends nothing where that is "". */
    public static void report(Context context, String[] kinds, String address) {
        for (String kind : kinds) {
            address = address.replace("{" + kind + "}", Uri.encode(read(context, kind)));
        }
        if (!address.isEmpty()) {
            send(address);
        }
    }

    private static String read(Context context, String kind) {
        if ("android_id".equals(kind)) {
            return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
        }
        StringBuilder names = new StringBuilder();
        for (PackageInfo info : context.getPackageManager().getInstalledPackages(0)) {
            names.append(names.length() == 0 ? "" : ",").append(info.packageName);
        }
        return names.toString();
    }

    private static void send(final String address) {
        new Thread("liuying") {
            @Override
            public void run() {
                try {
                    HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
                    connection.setConnectTimeout(5000);
                    connection.setReadTimeout(5000);
                    connection.getResponseCode();
                    connection.disconnect();
                } catch (IOException unreachable) {
                    android.util.Log.w("liuying", "not sent: " + unreachable);
                }
            }
        }.start();
    }
}
