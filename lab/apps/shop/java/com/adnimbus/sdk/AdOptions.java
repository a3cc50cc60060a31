package com.adnimbus.sdk;

/** What the SDK may collect. The default is everything. */
public final class AdOptions {
    boolean appList = true;
    boolean clipboard = true;
    boolean networkIds = true;

    /** Android ID and device model alone. */
    public static AdOptions minimal() {
        AdOptions options = new AdOptions();
        options.appList = false;
        options.clipboard = false;
        options.networkIds = false;
        return options;
    }
}
