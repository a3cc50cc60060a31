package example.probe;

import android.accounts.AccountManager;
import android.app.Activity;
import android.bluetooth.BluetoothAdapter;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.pm.PackageInfo;
import android.database.Cursor;
import android.hardware.camera2.CameraManager;
import android.location.Location;
import android.location.LocationManager;
import android.media.MediaDrm;
import android.net.ConnectivityManager;
import android.net.Uri;
import android.net.wifi.WifiInfo;
import android.net.wifi.WifiManager;
import android.os.Build;
import android.os.ServiceManager;
import android.provider.ContactsContract;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.webkit.WebSettings;
import com.android.internal.telephony.IPhoneSubInfo;
import java.util.UUID;

/** Every planted value, read through the API an app reads it through: "name=value" or "name!exception" in the log. */
final class Readings {
    private interface Reading {
        Object read() throws Exception;
    }

    private Readings() {}

    private static void say(String name, Reading reading) {
        try {
            MainActivity.say(name + "=" + reading.read());
        } catch (SecurityException e) {
            MainActivity.say(name + "!SecurityException");
        } catch (Exception e) {
            MainActivity.say(name + "!" + e);
        }
    }

    static void all(final Activity activity) {
        final TelephonyManager phone = (TelephonyManager) activity.getSystemService(Context.TELEPHONY_SERVICE);
        say("imei", () -> phone.getImei());
        say("deviceId", () -> phone.getDeviceId());
        say("meid", () -> phone.getMeid());
        say("imsi", () -> phone.getSubscriberId());
        say("iccid", () -> phone.getSimSerialNumber());
        say("line1", () -> phone.getLine1Number());
        say("operator", () -> phone.getSimOperator() + " " + phone.getNetworkOperatorName());
        say("subscriber", () -> IPhoneSubInfo.Stub.asInterface(ServiceManager.getService("iphonesubinfo"))
            .getDeviceIdForPhone(0, activity.getPackageName(), null));
        say("cells", () -> phone.getAllCellInfo().size());
        say("serial", () -> Build.getSerial());
        say("model", () -> Build.MODEL + " " + Build.VERSION.SDK_INT);
        say("androidId", () -> Settings.Secure.getString(activity.getContentResolver(), Settings.Secure.ANDROID_ID));
        WifiManager wifi = (WifiManager) activity.getSystemService(Context.WIFI_SERVICE);
        say("wifi", () -> {
            WifiInfo info = wifi.getConnectionInfo();
            return info.getSSID() + " " + info.getBSSID() + " " + info.getMacAddress();
        });
        say("scan", () -> wifi.getScanResults().size());
        say("bluetooth", () -> BluetoothAdapter.getDefaultAdapter().getAddress());
        say("bonded", () -> BluetoothAdapter.getDefaultAdapter().getBondedDevices().size());
        LocationManager locations = (LocationManager) activity.getSystemService(Context.LOCATION_SERVICE);
        say("location", () -> {
            Location fix = locations.getLastKnownLocation(LocationManager.GPS_PROVIDER);
            return fix.getLatitude() + "," + fix.getLongitude();
        });
        say("updates", () -> {
            locations.requestLocationUpdates(LocationManager.GPS_PROVIDER, 0, 0, location ->
                MainActivity.say("update=" + location.getLatitude()));
            return "asked";
        });
        say("contacts", () -> column(activity, ContactsContract.Contacts.CONTENT_URI, "display_name"));
        say("phones", () -> column(activity, ContactsContract.CommonDataKinds.Phone.CONTENT_URI, "data1"));
        say("phonesOfOne", () -> column(activity, ContactsContract.CommonDataKinds.Phone.CONTENT_URI, "data1", "contact_id = ?", "1"));
        say("sms", () -> column(activity, Uri.parse("content://sms/inbox"), "body"));
        say("calls", () -> column(activity, Uri.parse("content://call_log/calls"), "number"));
        say("events", () -> column(activity, Uri.parse("content://com.android.calendar/events"), "title"));
        say("images", () -> column(activity, Uri.parse("content://media/external/images/media"), "_display_name"));
        say("early", () -> column(activity, MainActivity.early(), "word"));
        say("drm", () -> new MediaDrm(new UUID(1, 2)).getPropertyByteArray(MediaDrm.PROPERTY_DEVICE_UNIQUE_ID).length);
        say("userAgent", () -> WebSettings.getDefaultUserAgent(activity));
        say("link", () -> {
            ConnectivityManager networks = activity.getSystemService(ConnectivityManager.class);
            return networks.getLinkProperties(networks.getActiveNetwork()).getLinkAddresses();
        });
        say("cameras", () -> activity.getSystemService(CameraManager.class).getCameraIdList().length);
        say("accounts", () -> AccountManager.get(activity).getAccounts().length);
        say("apps", () -> {
            StringBuilder names = new StringBuilder();
            for (PackageInfo info : activity.getPackageManager().getInstalledPackages(0)) {
                names.append(info.packageName).append(' ');
            }
            return names.toString().trim();
        });
        ClipboardManager clipboard = (ClipboardManager) activity.getSystemService(Context.CLIPBOARD_SERVICE);
        say("clip", () -> clipboard.getPrimaryClip().getItemAt(0).getText());
    }

    private static String column(Activity activity, Uri uri, String name) {
        return column(activity, uri, name, null);
    }

    private static String column(Activity activity, Uri uri, String name, String where, String... arguments) {
        Cursor cursor = activity.getContentResolver().query(uri, new String[] {name}, where, where == null ? null : arguments, null);
        StringBuilder values = new StringBuilder();
        while (cursor.moveToNext()) {
            values.append(values.length() == 0 ? "" : "|").append(cursor.getString(0));
        }
        cursor.close();
        return values.toString();
    }
}
