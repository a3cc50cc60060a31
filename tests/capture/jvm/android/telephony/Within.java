package android.telephony;

/** The framework calls its own. */
public class Within {
    public static String hot(TelephonyManager manager) {
        return manager.hot();
    }
}
