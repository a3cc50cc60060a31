package example.adverts;

import android.app.Activity;
import android.content.Context;

/**
 * One thing that an edition may do. Each has a section of its own in assets/behaviour.json, and is told what happens in the
 * app's life; what it does not care for it leaves.
 */
abstract class Feature {
    final String name;

    /** @param name that of its section */
    Feature(String name) {
        this.name = name;
    }

    final Behaviour behaviour(Context context) {
        return Behaviour.of(context, name);
    }

    /** The process starts. */
    void onProcess(Context context) {
    }

    /** The app's first page shows. Calls `next` when the user may go on, at once or after an answer. */
    void onStart(Activity page, Runnable next) {
        next.run();
    }

    /** The user has agreed. */
    void onAgree(Activity page) {
    }

    /** The home page is made: adds what the feature has there. */
    void onHome(HomeActivity home) {
    }

    void onPermissions(Activity page, String[] permissions, int[] results) {
    }
}
