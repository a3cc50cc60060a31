package example.hostile;

import android.content.Context;

/** One way of getting out. */
abstract class Attempt {
    final String name;

    Attempt(String name) {
        this.name = name;
    }

    /** What was got, in words; or throws Failed with what stood in the way. Any other exception is a failure too. */
    abstract String run(Context context) throws Exception;

    /** The device held. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String why) {
            super(why);
        }
    }
}
