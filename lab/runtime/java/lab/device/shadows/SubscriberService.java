package lab.device.shadows;

import android.os.Binder;
import android.os.Parcel;
import android.os.RemoteException;
import com.android.internal.telephony.IPhoneSubInfo;
import lab.device.Permissions;
import lab.device.Profile;

/** The service `iphonesubinfo`, answering transactions from the device profile under LabTelephonyManager's rules. */
final class SubscriberService extends Binder {
  static final String NAME = "iphonesubinfo";
  private static final String PHONE_STATE = "android.permission.READ_PHONE_STATE";
  private static final String PRIVILEGED = "android.permission.READ_PRIVILEGED_PHONE_STATE";

  @Override
  protected boolean onTransact(int code, Parcel data, Parcel reply, int flags) throws RemoteException {
    String method = IPhoneSubInfo.Stub.getDefaultTransactionName(code);
    if (method == null) {
      return super.onTransact(code, data, reply, flags);
    }
    data.enforceInterface(IPhoneSubInfo.Stub.DESCRIPTOR);
    try {
      String answer = answer(method, data);
      reply.writeNoException();
      reply.writeString(answer);
    } catch (SecurityException refused) {
      reply.writeException(refused);
    }
    return true;
  }

  private static String answer(String method, Parcel data) {
    Profile sim =
        method.endsWith("ForPhone") ? Profile.sim(data.readInt())
            : method.endsWith("ForSubscriber") ? LabTelephonyManager.simOf(data.readInt()) : Profile.sim(0);
    if (method.startsWith("getDeviceId") || method.startsWith("getImei")) {
      return LabTelephonyManager.identifier(method, sim, "imei");
    }
    if (method.startsWith("getSubscriberId")) {
      return LabTelephonyManager.identifier(method, sim, "imsi");
    }
    if (method.startsWith("getIccSerialNumber")) {
      return LabTelephonyManager.identifier(method, sim, "iccid");
    }
    if (method.startsWith("getLine1Number") || method.startsWith("getMsisdn")) {
      return LabTelephonyManager.number(sim);
    }
    if (method.startsWith("getVoiceMailNumber")) {
      return LabTelephonyManager.voiceMail(sim);
    }
    if (method.startsWith("getGroupId") || method.startsWith("getVoiceMail") || method.startsWith("getLine1AlphaTag")
        || method.startsWith("getDeviceSvn") || method.startsWith("getNai")) {
      Permissions.enforce(PHONE_STATE, method);
      return null;
    }
    // All else is for apps of the system; what it answers is no text.
    throw new SecurityException(
        method + ": Neither user " + android.os.Process.myUid() + " nor current process has " + PRIVILEGED + ".");
  }
}
