package example.collector;

import android.app.Activity;

/** One thing that is read, or done, by one route. Each is a class of its own, so that a stack says which one called. */
abstract class Read {
    final String name;
    final String what;
    final Route route;

    Read(String name, String what, Route route) {
        this.name = name;
        this.what = what;
        this.route = route;
    }

    /** What was got, for Text.of; the same at every run. Null and what Text calls empty count as nothing. */
    abstract Object run(Activity activity) throws Exception;

    /** Whether Android wants it on the main thread. */
    boolean onMain() {
        return false;
    }
}
