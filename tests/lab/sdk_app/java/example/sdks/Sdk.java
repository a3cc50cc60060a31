package example.sdks;

import android.app.Activity;

/** One vendor's SDK, used as its guide says. All methods are called on the main thread. */
abstract class Sdk {
    /** Invented, and nobody's. */
    static final String USER = "user-7d41c9";
    static final String EVENT = "sampler_tapped";

    final String id;

    Sdk(String id) {
        this.id = id;
    }

    /** Starts it and says who the user is. */
    abstract void start(Activity activity) throws Exception;

    /** Records one event. */
    abstract void event(Activity activity) throws Exception;

    /** Asks it to send what it has; does nothing where it sends by itself. */
    void flush(Activity activity) throws Exception {
    }
}
