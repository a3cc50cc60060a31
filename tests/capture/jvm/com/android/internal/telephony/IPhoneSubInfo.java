package com.android.internal.telephony;

import android.os.BinderProxy;

/** The stub by which managers ask the service. */
public final class IPhoneSubInfo {
    private IPhoneSubInfo() {
    }

    public static boolean ask(BinderProxy service) {
        return service.transact(1, null, null, 0);
    }
}
