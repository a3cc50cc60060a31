package android.telephony;

/** A stand-in whose answers are set by the test. */
public class TelephonyManager {
    public static Object answer = "490154203237518";
    public static int calls = 0;

    public String getImei() {
        calls++;
        if (answer instanceof RuntimeException) {
            throw (RuntimeException) answer;
        }
        return (String) answer;
    }

    public String getImei(int slot) {
        return slot == 0 ? getImei() : "";
    }

    public long mixed(boolean a, byte b, char c, short d, int e, long f, float g, double h, Object i, String[] j) {
        return f + (long) (g * 1000) + (long) (h * 1000) + (a ? 1 : 0) + b + c + d + e + i.hashCode() * 0L + j.length;
    }

    public float half(float x) {
        return x / 2;
    }

    public byte[] bytes(byte[] in) {
        return in;
    }

    public static Object same(Object in) {
        return in;
    }

    /** As a method that the framework itself calls all day. */
    public String hot() {
        return (String) answer;
    }
}
