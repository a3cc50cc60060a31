package example.choices;

import android.content.Context;
import java.util.ArrayList;
import java.util.List;

/** All features, in the order in which they have their turn at the start. */
final class Features {
    static final Feature[] ALL = {
        new Notice(),
        new Drawn(),
        new Permissions(),
        new Functions(),
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
