package lab.device.shadows;

import android.telephony.CellIdentityLte;
import android.telephony.CellInfo;
import android.telephony.CellInfoLte;
import android.telephony.CellLocation;
import android.telephony.CellSignalStrengthLte;
import android.telephony.SubscriptionManager;
import android.telephony.TelephonyManager;
import android.telephony.gsm.GsmCellLocation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import lab.device.Permissions;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowTelephonyManager;
import org.robolectric.util.ReflectionHelpers;

/**
 * The telephone of the device profile.
 *
 * <p>Identifiers follow the profile's switch `identifiers`. "open": with READ_PHONE_STATE they are given, as
 * to every app until Android 9 and to privileged apps since; without it a SecurityException. "android10":
 * what Android 10 and later do to an ordinary app: a SecurityException, or null for one that
 * targets less than 29 and holds READ_PHONE_STATE (TelephonyPermissions.checkReadDeviceIdentifiers).
 */
@Implements(TelephonyManager.class)
public class LabTelephonyManager extends ShadowTelephonyManager {
  private static final String PHONE_STATE = "android.permission.READ_PHONE_STATE";
  private static final String PHONE_NUMBERS = "android.permission.READ_PHONE_NUMBERS";
  private static final String SMS = "android.permission.READ_SMS";
  private static final String FINE = "android.permission.ACCESS_FINE_LOCATION";
  private static final int Q = 29;

  /** What Robolectric's own methods answer without asking for a permission. */
  public void plant(Profile telephony) {
    Profile sim = Profile.sim(0);
    setReadPhoneStatePermission(true);
    setPhoneType(telephony.has("phone_type") ? telephony.integer("phone_type") : TelephonyManager.PHONE_TYPE_GSM);
    setNetworkType(telephony.integer("network_type"));
    setDataNetworkType(telephony.integer("network_type"));
    setVoiceNetworkType(telephony.integer("network_type"));
    setPhoneCount(Math.max(1, telephony.list("sims").size()));
    if (sim.isEmpty()) {
      setSimState(TelephonyManager.SIM_STATE_ABSENT);
      return;
    }
    setSimState(TelephonyManager.SIM_STATE_READY);
    setSimOperator(sim.text("operator_numeric", ""));
    setSimOperatorName(sim.text("operator_name", ""));
    setSimCountryIso(sim.text("country_iso", ""));
    setNetworkOperator(sim.text("operator_numeric", ""));
    setNetworkOperatorName(sim.text("operator_name", ""));
    setNetworkCountryIso(sim.text("country_iso", ""));
  }

  static String identifier(String name, Profile from, String key) {
    if (Profile.identifiersOpen()) {
      Permissions.enforce(PHONE_STATE, name);
      return from.text(key);
    }
    boolean old = DeviceFacts.targetSdk() < Q;
    if (old && Permissions.granted(PHONE_STATE)) {
      return null;
    }
    throw new SecurityException(
        name + ": The user " + android.os.Process.myUid() + " does not meet the requirements to access device identifiers.");
  }

  static Profile simOf(int subscription) {
    return Profile.sim(subscription == SubscriptionManager.DEFAULT_SUBSCRIPTION_ID ? 0 : subscription - 1);
  }

  @Override
  @Implementation
  protected String getDeviceId() {
    return identifier("getDeviceId", Profile.sim(0), "imei");
  }

  @Override
  @Implementation
  protected String getDeviceId(int slot) {
    return identifier("getDeviceId", Profile.sim(slot), "imei");
  }

  @Override
  @Implementation
  protected String getImei() {
    return identifier("getImeiForSlot", Profile.sim(0), "imei");
  }

  @Override
  @Implementation
  protected String getImei(int slot) {
    return identifier("getImeiForSlot", Profile.sim(slot), "imei");
  }

  @Override
  @Implementation
  protected String getPrimaryImei() {
    return identifier("getPrimaryImei", Profile.sim(0), "imei");
  }

  @Override
  @Implementation
  protected String getMeid() {
    return identifier("getMeidForSlot", Profile.sim(0), "meid");
  }

  @Override
  @Implementation
  protected String getMeid(int slot) {
    return identifier("getMeidForSlot", Profile.sim(slot), "meid");
  }

  @Override
  @Implementation
  protected String getSubscriberId() {
    return identifier("getSubscriberIdForSubscriber", Profile.sim(0), "imsi");
  }

  @Implementation
  protected String getSubscriberId(int subscription) {
    return identifier("getSubscriberIdForSubscriber", simOf(subscription), "imsi");
  }

  @Override
  @Implementation
  protected String getVoiceMailNumber() {
    return voiceMail(Profile.sim(0));
  }

  @Implementation
  protected String getVoiceMailNumber(int subscription) {
    return voiceMail(simOf(subscription));
  }

  static String voiceMail(Profile sim) {
    Permissions.enforce(PHONE_STATE, "getVoiceMailNumberForSubscriber");
    return sim.text("voice_mail_number");
  }

  @Override
  @Implementation
  protected String getSimSerialNumber() {
    return identifier("getIccSerialNumberForSubscriber", Profile.sim(0), "iccid");
  }

  @Implementation
  protected String getSimSerialNumber(int subscription) {
    return identifier("getIccSerialNumberForSubscriber", simOf(subscription), "iccid");
  }

  @Override
  @Implementation
  protected String getLine1Number() {
    return number(Profile.sim(0));
  }

  @Implementation
  protected String getLine1Number(int subscription) {
    return number(simOf(subscription));
  }

  static String number(Profile sim) {
    if (!Permissions.anyGranted(PHONE_STATE, PHONE_NUMBERS, SMS)) {
      Permissions.enforce(PHONE_STATE, "getLine1NumberForDisplay");
    }
    return sim.text("phone_number");
  }

  @Override
  @Implementation
  protected List<CellInfo> getAllCellInfo() {
    Permissions.enforce(FINE, "getAllCellInfo");
    return cells();
  }

  @Override
  @Implementation
  protected CellLocation getCellLocation() {
    Permissions.enforce(FINE, "getCellLocation");
    Profile cell = Profile.device().object("telephony").object("cell");
    if (cell.isEmpty()) {
      return null;
    }
    GsmCellLocation location = new GsmCellLocation();
    location.setLacAndCid(cell.integer("tac"), cell.integer("ci"));
    return location;
  }

  @Override
  @Implementation
  protected int getCallState() {
    return TelephonyManager.CALL_STATE_IDLE;
  }

  private static List<CellInfo> cells() {
    Profile telephony = Profile.device().object("telephony");
    if (!telephony.has("cell")) {
      return Collections.emptyList();
    }
    List<CellInfo> cells = new ArrayList<>();
    cells.add(cell(telephony.object("cell"), true));
    for (Profile neighbour : telephony.list("neighbours")) {
      cells.add(cell(neighbour, false));
    }
    return cells;
  }

  private static CellInfo cell(Profile cell, boolean registered) {
    CellIdentityLte identity =
        new CellIdentityLte(
            cell.integer("ci"),
            cell.integer("pci"),
            cell.integer("tac"),
            CellInfo.UNAVAILABLE,
            new int[0],
            CellInfo.UNAVAILABLE,
            String.format("%03d", Integer.parseInt(cell.text("mcc", "0"))),
            String.format("%02d", Integer.parseInt(cell.text("mnc", "0"))),
            null,
            null,
            Collections.emptyList(),
            null);
    CellInfoLte info = ReflectionHelpers.callConstructor(CellInfoLte.class);
    info.setCellIdentity(identity);
    info.setCellSignalStrength(
        new CellSignalStrengthLte(
            CellInfo.UNAVAILABLE, cell.integer("dbm"), CellInfo.UNAVAILABLE, CellInfo.UNAVAILABLE,
            CellInfo.UNAVAILABLE, CellInfo.UNAVAILABLE));
    info.setRegistered(registered);
    info.setTimeStamp(android.os.SystemClock.elapsedRealtimeNanos());
    return info;
  }
}
