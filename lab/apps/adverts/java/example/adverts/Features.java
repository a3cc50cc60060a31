package example.adverts;

import android.content.Context;
import java.util.ArrayList;
import java.util.List;

/** All features, in the order in which they have their turn at the start. */
final class Features {
    static final Feature[] ALL = {
        new Settings(),
        new Notice(),
        new Splash(),
        new PopUp(),
        new Wakes(),
        new Accounts(),
        new Prices(),
        new Downloads(),
        new Probe(),
        new Sdk(),
        new Acts(),
        new Documents(),
        new StartChoice(),
    };

    private Features() {
    }

    /** Those that this edition has. */
    static List<Feature> of(Context context) {
        List<Feature> found = new ArrayList<>();
        for (Feature feature : ALL) {
            if (feature.behaviour(context).isThere()) {
                found.add(feature);
            }
        }
        return found;
    }
}
