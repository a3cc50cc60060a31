package example.edition;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.pm.PackageInfo;
import android.database.Cursor;
import android.graphics.Bitmap;
import android.location.Location;
import android.location.LocationManager;
import android.media.FaceDetector;
import android.provider.ContactsContract;
import android.provider.Settings;

/**
 * What the app itself may read, by the word that an act has for it. "" where there is nothing, or it was denied.
 *
 *   android_id; serial (of the hardware, as a property of the system); location (the last exact place); contacts (all of them);
 *   contact (one alone, as a user picks it); apps (all that are installed); clipboard; face (looks for one in a picture)
 */
final class Reads {
    private static final int SIDE = 64;

    private Reads() {
    }

    static String read(Context context, String what) {
        try {
            return String.valueOf(value(context, what));
        } catch (SecurityException | ReflectiveOperationException denied) {
            return "";
        }
    }

    private static Object value(Context context, String what) throws ReflectiveOperationException {
        switch (what) {
            case "android_id":
                return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
            case "serial":
                return Class.forName("android.os.SystemProperties").getMethod("get", String.class).invoke(null, "ro.serialno");
            case "location":
                return place(context);
            case "contacts":
                return rows(context, null);
            case "contact":
                return rows(context, "_id = 1");
            case "apps":
                return apps(context);
            case "clipboard":
                ClipData clip = ((ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE)).getPrimaryClip();
                return clip == null || clip.getItemCount() == 0 ? "" : clip.getItemAt(0).getText();
            case "face":
                return new FaceDetector(SIDE, SIDE, 1).findFaces(
                    Bitmap.createBitmap(SIDE, SIDE, Bitmap.Config.RGB_565), new FaceDetector.Face[1]);
            default:
                throw new IllegalArgumentException(what);
        }
    }

    private static String place(Context context) {
        LocationManager places = (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
        Location last = places.getLastKnownLocation(LocationManager.GPS_PROVIDER);
        return last == null ? "" : last.getLatitude() + "," + last.getLongitude();
    }

    private static String rows(Context context, String which) {
        StringBuilder names = new StringBuilder();
        try (Cursor found = context.getContentResolver().query(ContactsContract.Contacts.CONTENT_URI,
                new String[] {"_id", "display_name"}, which, null, "_id")) {
            while (found != null && found.moveToNext()) {
                names.append(found.getString(1)).append(';');
            }
        }
        return names.toString();
    }

    private static String apps(Context context) {
        StringBuilder names = new StringBuilder();
        for (PackageInfo one : context.getPackageManager().getInstalledPackages(0)) {
            names.append(one.packageName).append(';');
        }
        return names.toString();
    }
}
