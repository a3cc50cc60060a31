package example.account;

import android.content.Context;
import android.content.pm.PackageInfo;
import android.provider.Settings;
import java.util.HashMap;
import java.util.Map;

/** What the app itself reads of the device: android_id, apps (those installed). */
final class Reads {
    private static final Map<String, String> KNOWN = new HashMap<>();

    private Reads() {
    }

    static void read(Context context, String kind) {
        if ("android_id".equals(kind)) {
            KNOWN.put(kind, Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID));
            return;
        }
        StringBuilder names = new StringBuilder();
        for (PackageInfo info : context.getPackageManager().getInstalledPackages(0)) {
            names.append(names.length() == 0 ? "" : ",").append(info.packageName);
        }
        KNOWN.put(kind, names.toString());
    }

    /** The address with what was read in the place of its names in braces. */
    static String filled(String address) {
        for (Map.Entry<String, String> one : KNOWN.entrySet()) {
            address = address.replace("{" + one.getKey() + "}", Acts.encoded(one.getValue()));
        }
        return address;
    }
}
