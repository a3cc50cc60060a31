package com.android.tracker;

import android.telephony.TelephonyManager;

/** Calls itself framework, and is in no package that the framework has. */
public class Spy {
    public static String hot(TelephonyManager manager) {
        return manager.hot();
    }
}
