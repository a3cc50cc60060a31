package example.collector;

import android.app.Activity;
import android.app.admin.DevicePolicyManager;
import android.content.ContentResolver;
import android.media.MediaDrm;
import android.net.Uri;
import android.os.Build;
import android.provider.Settings;
import android.telephony.SubscriptionInfo;
import android.telephony.SubscriptionManager;
import android.telephony.TelephonyManager;
import android.webkit.WebSettings;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** What tells this device, its SIM or this installation from others. */
final class Identity {
    private static final UUID WIDEVINE = new UUID(0xEDEF8BA979D64ACEL, 0xA3C827DCD51D21EDL);

    private Identity() {
    }

    private static TelephonyManager phone(Activity activity) {
        return Use.service(activity, TelephonyManager.class);
    }

    private static SubscriptionInfo sim(Activity activity) {
        return Use.service(activity, SubscriptionManager.class).getActiveSubscriptionInfoList().get(0);
    }

    static final Read[] ALL = {
        new Read("imei", "IMEI", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getImei();
            }
        },
        new Read("imei_slot", "IMEI of the second slot", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getImei(1);
            }
        },
        new Read("device_id", "IMEI, by the old name", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getDeviceId();
            }
        },
        new Read("meid", "MEID", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getMeid();
            }
        },
        new Read("imsi", "IMSI", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getSubscriberId();
            }
        },
        new Read("sim_group", "group identifier of the SIM", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getGroupIdLevel1();
            }
        },
        new Read("iccid", "ICCID", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getSimSerialNumber();
            }
        },
        new Read("iccid_of_sims", "ICCIDs of all SIMs", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return sim(activity).getIccId();
            }
        },
        new Read("phone_number", "the phone's own number", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getLine1Number();
            }
        },
        new Read("phone_number_of_sim", "number of a SIM", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return sim(activity).getNumber();
            }
        },
        new Read("serial", "hardware serial number", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Build.getSerial();
            }
        },
        new Read("android_id", "Android ID", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.Secure.getString(activity.getContentResolver(), Settings.Secure.ANDROID_ID);
            }
        },
        new Read("android_id_by_provider", "Android ID from the settings provider", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                ContentResolver resolver = activity.getContentResolver();
                return resolver.call(Uri.parse("content://settings"), "GET_secure", "android_id", null);
            }
        },
        new Read("android_id_by_query", "Android ID as a row of the settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.query(activity, "content://settings/secure/android_id");
            }
        },
        new Read("settings_id", "a number that an SDK left in the settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.System.getString(activity.getContentResolver(), "com.baidu.deviceid");
            }
        },
        new Read("advertising_id", "advertising id in the settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.Secure.getString(activity.getContentResolver(), "advertising_id");
            }
        },
        new Read("oaid_setting", "OAID in the settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.Global.getString(activity.getContentResolver(), "pps_oaid");
            }
        },
        new Read("oaid_provider", "OAID from a maker's provider", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.query(activity, "content://com.vivo.vms.IdProvider/IdentifierId/OAID");
            }
        },
        new Read("bluetooth_address_setting", "Bluetooth address in the settings", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.Secure.getString(activity.getContentResolver(), "bluetooth_address");
            }
        },
        new Read("device_name", "the name that the owner gave the phone", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.Global.getString(activity.getContentResolver(), Settings.Global.DEVICE_NAME);
            }
        },
        new Read("drm_id", "MediaDrm's id of the device", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                MediaDrm drm = new MediaDrm(WIDEVINE);
                try {
                    return drm.getPropertyByteArray(MediaDrm.PROPERTY_DEVICE_UNIQUE_ID);
                } finally {
                    drm.close();
                }
            }
        },
        new Read("enrolment_id", "the id of a managed device", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.service(activity, DevicePolicyManager.class).getEnrollmentSpecificId();
            }
        },
        new Read("user_agent", "model and build in the user agent", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return WebSettings.getDefaultUserAgent(activity);
            }
        },
        new Read("mms_user_agent", "model in the user agent of MMS", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getMmsUserAgent();
            }
        },
        new Read("radio_version", "version of the modem", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Build.getRadioVersion();
            }
        },
        new Read("app_set_id", "the id of this maker's apps", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                final CountDownLatch told = new CountDownLatch(1);
                Class<?> manager = Class.forName("android.adservices.appsetid.AppSetIdManager");
                Object ids = Use.callStatic(manager.getName(), "get", Use.types(android.content.Context.class), activity);
                Class<?> receiver = Class.forName("android.os.OutcomeReceiver");
                Object listener = java.lang.reflect.Proxy.newProxyInstance(receiver.getClassLoader(), Use.types(receiver),
                        new java.lang.reflect.InvocationHandler() {
                            @Override
                            public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
                                told.countDown();
                                return null;
                            }
                        });
                Use.call(ids, "getAppSetId", Use.types(java.util.concurrent.Executor.class, receiver), activity.getMainExecutor(), listener);
                Use.await(told);
                return "told";
            }
        },
    };
}
