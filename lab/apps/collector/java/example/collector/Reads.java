package example.collector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All reads, in order, by the names that buttons and intents use. */
final class Reads {
    static final Read[] ALL = joined(
            Identity.ALL, Networks.ALL, Places.ALL, People.ALL, Odd.ALL, Content.ALL, Apps.ALL, Reflected.ALL, Binders.ALL, Commands.ALL,
            Files.ALL, Threads.ALL, Workings.ALL, Acts.ALL, Sdks.ALL);

    private Reads() {
    }

    private static Read[] joined(Read[]... groups) {
        List<Read> all = new ArrayList<>();
        for (Read[] group : groups) {
            all.addAll(Arrays.asList(group));
        }
        return all.toArray(new Read[0]);
    }
}
