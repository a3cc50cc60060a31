package example.collector;

import android.accounts.Account;
import android.app.ActivityManager;
import android.bluetooth.BluetoothDevice;
import android.content.ClipData;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.ResolveInfo;
import android.database.Cursor;
import android.hardware.Sensor;
import android.location.Location;
import android.net.wifi.ScanResult;
import android.net.wifi.WifiInfo;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** What was got, as one line that says the same at every run. */
final class Text {
    private static final int CELLS = 3;

    private Text() {
    }

    /** "" where there is nothing. */
    static String of(Object got) {
        if (got == null) {
            return "";
        }
        if (got instanceof CharSequence || got instanceof Number || got instanceof Boolean || got instanceof Character) {
            return plain(got.toString());
        }
        if (got instanceof byte[]) {
            return bytes((byte[]) got);
        }
        if (got instanceof Cursor) {
            return rows((Cursor) got);
        }
        if (got instanceof Collection) {
            return list(((Collection<?>) got).toArray());
        }
        if (got.getClass().isArray()) {
            return list(got);
        }
        if (got instanceof Map) {
            return list(((Map<?, ?>) got).keySet().toArray());
        }
        return object(got);
    }

    private static String object(Object got) {
        if (got instanceof Account) {
            return plain(((Account) got).name + " " + ((Account) got).type);
        }
        if (got instanceof PackageInfo) {
            return ((PackageInfo) got).packageName;
        }
        if (got instanceof ApplicationInfo) {
            return ((ApplicationInfo) got).packageName;
        }
        if (got instanceof ResolveInfo) {
            return ((ResolveInfo) got).activityInfo.name;
        }
        if (got instanceof ActivityManager.RunningAppProcessInfo) {
            return ((ActivityManager.RunningAppProcessInfo) got).processName;
        }
        if (got instanceof WifiInfo) {
            return plain(((WifiInfo) got).getSSID() + " " + ((WifiInfo) got).getBSSID());
        }
        if (got instanceof ScanResult) {
            return plain(((ScanResult) got).SSID + " " + ((ScanResult) got).BSSID);
        }
        if (got instanceof BluetoothDevice) {
            return ((BluetoothDevice) got).getAddress();
        }
        if (got instanceof Sensor) {
            return ((Sensor) got).getName();
        }
        if (got instanceof ClipData) {
            return plain(((ClipData) got).getItemAt(0).getText());
        }
        if (got instanceof Location) {
            return place((Location) got);
        }
        // Anything else may print an address in memory or a time: its class says enough.
        return "a " + got.getClass().getName();
    }

    /** In whole degrees: the device moves a little between two runs. */
    private static String place(Location place) {
        return String.format(Locale.ROOT, "%d %d %s", Math.round(place.getLatitude()), Math.round(place.getLongitude()), place.getProvider());
    }

    private static String rows(Cursor cursor) {
        try (Cursor open = cursor) {
            StringBuilder text = new StringBuilder();
            while (open.moveToNext()) {
                for (int column = 0; column < Math.min(CELLS, open.getColumnCount()); column++) {
                    text.append(text.length() == 0 ? "" : column == 0 ? " / " : ", ").append(plain(open.getString(column)));
                }
            }
            return text.toString();
        }
    }

    private static String list(Object array) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < Array.getLength(array); at++) {
            text.append(text.length() == 0 ? "" : ", ").append(of(Array.get(array, at)));
        }
        return text.toString();
    }

    private static String bytes(byte[] content) {
        StringBuilder text = new StringBuilder();
        for (byte one : content) {
            text.append(String.format(Locale.ROOT, "%02x", one & 255));
        }
        return text.toString();
    }

    /** In one line: what a log would not keep is written as \\uXXXX. */
    static String plain(CharSequence got) {
        if (got == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < got.length(); at++) {
            char unit = got.charAt(at);
            boolean kept = unit >= ' ' && unit != 127 && !Character.isSurrogate(unit) && unit < 0xfff0;
            text.append(kept ? String.valueOf(unit) : String.format(Locale.ROOT, "\\u%04x", (int) unit));
        }
        return text.toString();
    }

    /** Each code unit in hexadecimal: nothing of a text can hide. */
    static String units(CharSequence got) {
        if (got == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < got.length(); at++) {
            text.append(at == 0 ? "" : " ").append(String.format(Locale.ROOT, "%04x", (int) got.charAt(at)));
        }
        return text.toString();
    }
}
