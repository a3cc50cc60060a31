package com.android.internal.telephony;

import android.os.BinderProxy;

/** The stub by which managers ask the service. */
public final class IPhoneSubInfo {
    private IPhoneSubInfo() {
    }

    public static boolean ask(BinderProxy service, Object data) {
        return service.transact(1, data, null, 0);
    }
}
