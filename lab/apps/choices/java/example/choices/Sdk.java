package example.choices;

import android.app.Activity;
import android.content.Context;
import example.nimbus.Nimbus;

/**
 * The SDK of somebody else in this app.
 *
 *   starts: never (the default), agree (once the notice was agreed to), process (with every process, whatever was answered)
 */
final class Sdk extends Feature {
    Sdk() {
        super("sdk");
    }

    @Override
    void onProcess(Context context) {
        if ("process".equals(behaviour(context).text("starts", "never"))) {
            Nimbus.start(context);
        }
    }

    @Override
    void onAgree(Activity page) {
        if ("agree".equals(behaviour(page).text("starts", "never"))) {
            Nimbus.start(page);
        }
    }
}
