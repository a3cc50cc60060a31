package example.edition;

import android.content.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** What this edition does: one section of assets/behaviour.json for each feature. What is not named there does not happen. */
final class Behaviour {
    private static JSONObject all;
    private final JSONObject section;

    private Behaviour(JSONObject section) {
        this.section = section;
    }

    /** The section of that name; an empty one where the edition has none. */
    static synchronized Behaviour of(Context context, String feature) {
        if (all == null) {
            all = read(context);
        }
        JSONObject section = all.optJSONObject(feature);
        return new Behaviour(section == null ? new JSONObject() : section);
    }

    private static JSONObject read(Context context) {
        try {
            return new JSONObject(asset(context, "behaviour.json"));
        } catch (JSONException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** A file of the app's assets. */
    static String asset(Context context, String name) {
        try (InputStream in = context.getAssets().open(name)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[4096];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                out.write(some, 0, n);
            }
            return new String(out.toByteArray(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Whether the edition names the feature at all. */
    boolean isThere() {
        return section.length() > 0;
    }

    boolean is(String name) {
        return section.optBoolean(name);
    }

    int number(String name, int otherwise) {
        return section.optInt(name, otherwise);
    }

    String text(String name, String otherwise) {
        return section.optString(name, otherwise);
    }

    String[] texts(String name) {
        JSONArray listed = section.optJSONArray(name);
        String[] found = new String[listed == null ? 0 : listed.length()];
        for (int i = 0; i < found.length; i++) {
            found[i] = listed.optString(i);
        }
        return found;
    }

    /** A list of sections. */
    List<JSONObject> parts(String name) {
        JSONArray listed = section.optJSONArray(name);
        List<JSONObject> found = new ArrayList<>();
        for (int i = 0; listed != null && i < listed.length(); i++) {
            found.add(listed.optJSONObject(i));
        }
        return found;
    }

    Behaviour part(String name) {
        JSONObject inner = section.optJSONObject(name);
        return new Behaviour(inner == null ? new JSONObject() : inner);
    }
}
