package net.adnet;

import android.telephony.TelephonyManager;

/** Plays an advertising SDK, so that two callers of one method can be told apart. */
public class Tracker {
    public static String collect(TelephonyManager manager) {
        return manager.getImei();
    }

    public static String deep(TelephonyManager manager, int depth) {
        return depth == 0 ? manager.getImei() : deep(manager, depth - 1);
    }
}
