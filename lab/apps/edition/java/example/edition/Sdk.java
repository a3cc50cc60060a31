package example.edition;

import android.app.Activity;
import android.content.Context;
import example.nimbus.Nimbus;
import java.util.ArrayList;
import java.util.List;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * The SDK of somebody else in this app.
 *
 *   starts: never (the default), agree (once the notice was agreed to), agreed (then, and with each process afterwards), process
 *     (with every process, whatever was answered)
 *   acts: what it does when it starts, in the words of example.nimbus.Nimbus; where it is not told it reads the Android ID and
 *     sends it to its own server
 */
final class Sdk extends Feature {
    private static final String USUAL = "{\"read\": \"android_id\", \"to\": \"https://track.adnimbus.example/v2/event\"}";

    Sdk() {
        super("sdk");
    }

    @Override
    void onProcess(Context context) {
        String starts = behaviour(context).text("starts", "never");
        if ("process".equals(starts) || "agreed".equals(starts) && Choice.has(context, "agreed")) {
            start(context);
        }
    }

    @Override
    void onAgree(Activity page) {
        if (behaviour(page).text("starts", "never").startsWith("agree")) {
            start(page);
        }
    }

    private void start(Context context) {
        List<JSONObject> acts = new ArrayList<>(behaviour(context).parts("acts"));
        try {
            if (acts.isEmpty()) {
                acts.add(new JSONObject(USUAL));
            }
        } catch (JSONException never) {
            throw new IllegalStateException(never);
        }
        Nimbus.start(context, acts);
    }
}
