package com.adnimbus.sdk;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.pm.PackageInfo;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.util.Log;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** Reads what the SDK wants to know of the device. */
final class DeviceProbe {
    private DeviceProbe() {
    }

    static String androidId(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }

    /** Refused on every Android from 10 on; SDKs try nevertheless. */
    static String imei(Context context) {
        try {
            return ((TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE)).getImei();
        } catch (SecurityException refused) {
            Log.i("AdNimbus", "no IMEI");
            return "";
        }
    }

    /** Null: the loopback interface has no hardware address. That of wlan0 a device may give, and then a value was read. */
    static byte[] hardwareAddress() {
        try {
            NetworkInterface loopback = NetworkInterface.getByName("lo");
            return loopback == null ? null : loopback.getHardwareAddress();
        } catch (SocketException problem) {
            return null;
        }
    }

    static List<String> packages(Context context) {
        List<String> names = new ArrayList<>();
        for (PackageInfo info : context.getPackageManager().getInstalledPackages(0)) {
            names.add(info.packageName);
        }
        return names;
    }

    static String clipboard(Context context) {
        ClipData clip = ((ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE)).getPrimaryClip();
        return clip == null || clip.getItemCount() == 0 ? "" : String.valueOf(clip.getItemAt(0).getText());
    }
}
