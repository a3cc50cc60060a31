package example.collector;

import android.app.Activity;
import android.os.IBinder;
import android.os.Parcel;

/** Past the managers: a service's binder, wrapped in its stub or written to by hand. */
final class Binders {
    private static final String SUBSCRIBER = "com.android.internal.telephony.IPhoneSubInfo";

    private Binders() {
    }

    static IBinder binder(String service) throws Exception {
        IBinder binder = (IBinder) Use.callStatic("android.os.ServiceManager", "getService", Use.types(String.class), service);
        if (binder == null) {
            throw new UnsupportedOperationException("no service " + service);
        }
        return binder;
    }

    private static Object stub(String service, String descriptor) throws Exception {
        return Use.callStatic(descriptor + "$Stub", "asInterface", Use.types(IBinder.class), binder(service));
    }

    static final Read[] ALL = {
        new Read("service_lookup", "the telephone's service itself", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.callStatic("android.os.ServiceManager", "getService", Use.types(String.class), "phone") != null;
            }
        },
        new Read("service_check", "the clipboard's service itself", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.callStatic("android.os.ServiceManager", "checkService", Use.types(String.class), "clipboard") != null;
            }
        },
        new Read("imei_stub", "IMEI", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                Object service = stub("iphonesubinfo", SUBSCRIBER);
                return Use.call(service, "getDeviceIdForPhone", Use.types(int.class, String.class, String.class), 0, activity.getPackageName(), null);
            }
        },
        new Read("imsi_stub", "IMSI", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                Object service = stub("iphonesubinfo", SUBSCRIBER);
                return Use.call(service, "getSubscriberId", Use.types(String.class), activity.getPackageName());
            }
        },
        new Read("iccid_stub", "ICCID", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                Object service = stub("iphonesubinfo", SUBSCRIBER);
                return Use.call(service, "getIccSerialNumber", Use.types(String.class), activity.getPackageName());
            }
        },
        new Read("number_stub", "the phone's own number", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                Object service = stub("iphonesubinfo", SUBSCRIBER);
                return Use.call(service, "getLine1Number", Use.types(String.class, String.class), activity.getPackageName(), null);
            }
        },
        new Read("identity_stub_refused", "the SIM's identity for calls over data, which no app may see", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.call(stub("iphonesubinfo", SUBSCRIBER), "getIsimImpi", Use.types(int.class), 1);
            }
        },
        new Read("accounts_stub", "accounts", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                Object service = stub("account", "android.accounts.IAccountManager");
                return Use.call(service, "getAccountsAsUser", Use.types(String.class, int.class, String.class), null, 0, activity.getPackageName());
            }
        },
        new Read("imei_transaction", "IMEI by a transaction written by hand", Route.BINDER) {
            @Override
            Object run(Activity activity) throws Exception {
                IBinder binder = binder("iphonesubinfo");
                Parcel data = Parcel.obtain();
                Parcel reply = Parcel.obtain();
                try {
                    data.writeInterfaceToken(SUBSCRIBER);
                    data.writeString(activity.getPackageName());
                    binder.transact(IBinder.FIRST_CALL_TRANSACTION, data, reply, 0);
                    reply.readException();
                    return reply.readString();
                } finally {
                    data.recycle();
                    reply.recycle();
                }
            }
        },
    };
}
