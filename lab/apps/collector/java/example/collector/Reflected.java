package example.collector;

import android.accounts.AccountManager;
import android.app.Activity;
import android.content.ClipboardManager;
import android.content.ContentResolver;
import android.os.Build;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import java.lang.reflect.Method;

/** By java.lang.reflect, and the system properties as SDKs read them. */
final class Reflected {
    private static final String PROPERTIES = "android.os.SystemProperties";

    private Reflected() {
    }

    private static Object property(String method, String key) throws Exception {
        return Use.callStatic(PROPERTIES, method, Use.types(String.class), key);
    }

    static final Read[] ALL = {
        new Read("imei_reflected", "IMEI", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                Method method = Class.forName("android.telephony.TelephonyManager").getMethod("getImei", int.class);
                return method.invoke(Use.service(activity, TelephonyManager.class), 0);
            }
        },
        new Read("android_id_reflected", "Android ID", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                Method method = Settings.Secure.class.getMethod("getString", ContentResolver.class, String.class);
                return method.invoke(null, activity.getContentResolver(), "android_id");
            }
        },
        new Read("android_id_for_user", "Android ID by a hidden method", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.callStatic("android.provider.Settings$Secure", "getStringForUser",
                        Use.types(ContentResolver.class, String.class, int.class), activity.getContentResolver(), "android_id", 0);
            }
        },
        new Read("serial_reflected", "hardware serial number", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Build.class.getMethod("getSerial").invoke(null);
            }
        },
        new Read("imsi_of_sim_reflected", "IMSI of a SIM by a hidden method", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.call(Use.service(activity, TelephonyManager.class), "getSubscriberId", Use.types(int.class), 1);
            }
        },
        new Read("accounts_reflected", "accounts", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.call(AccountManager.get(activity), "getAccountsByType", Use.types(String.class), "com.android.email");
            }
        },
        new Read("clipboard_reflected", "clipboard", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.call(Use.service(activity, ClipboardManager.class), "getPrimaryClip", Use.types());
            }
        },
        new Read("property_serial", "serial number as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "ro.serialno");
            }
        },
        new Read("property_serial_or", "serial number as a property, with a word for none", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.callStatic(PROPERTIES, "get", Use.types(String.class, String.class), "ro.boot.serialno", "none");
            }
        },
        new Read("property_native", "serial number past the Java code", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.callStatic(PROPERTIES, "native_get", Use.types(String.class, String.class), "ro.serialno", "none");
            }
        },
        new Read("property_imei", "IMEI as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "ro.ril.oem.imei");
            }
        },
        new Read("property_mac", "MAC address as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "ro.boot.wifimacaddr");
            }
        },
        new Read("property_bluetooth", "Bluetooth address as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "ro.boot.btmacaddr");
            }
        },
        new Read("property_carrier", "operator as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "gsm.operator.numeric");
            }
        },
        new Read("property_system", "the maker's version as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "ro.build.display.id");
            }
        },
        new Read("property_baseband", "version of the modem as a property", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return property("get", "gsm.version.baseband");
            }
        },
        new Read("property_debuggable", "whether the system can be debugged", Route.NATIVE_PROPERTY) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.callStatic(PROPERTIES, "getInt", Use.types(String.class, int.class), "ro.debuggable", 0);
            }
        },
    };
}
