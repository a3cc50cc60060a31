package example.platform;

/** Takes for granted that its native library is there. */
final class Unprepared {
    static {
        System.loadLibrary("unprepared");
    }

    private Unprepared() {
    }

    static native int compute();

    static String name() {
        return "went on";
    }
}
