package com.xiaomi.mipush.sdk;

import android.content.Context;

/** Stands in for the push service's class of that name: an invented answer, none of its code. */
public final class MiPushClient {
    private MiPushClient() {
    }

    public static String getRegId(Context context) {
        return "kR7invented2Lq";
    }
}
