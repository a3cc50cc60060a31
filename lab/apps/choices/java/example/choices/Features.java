package example.choices;

import android.content.Context;
import java.util.ArrayList;
import java.util.List;

/** All features, in the order in which they have their turn at the start. */
final class Features {
    static final Feature[] ALL = {
        new Permissions("early"),
        new Notice(),
        new Drawn(),
        new Permissions("permissions"),
        new Functions(),
        new Walls(),
        new Returning(),
        new Sdk(),
        new Acts(),
        new Documents(),
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
