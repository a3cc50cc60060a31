package android.os;

/** A class that cannot be initialised. */
public class Broken {
    static final int N = Integer.parseInt("no number");

    public String get() {
        return "x" + N;
    }
}
