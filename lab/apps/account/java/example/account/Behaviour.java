package example.account;

import android.content.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** What this edition is: assets/pages.json, with what assets/behaviour.json has laid over it, page by page. */
final class Behaviour {
    private static JSONObject all;

    private Behaviour() {
    }

    /** notice, on_create (see AccountApplication), on_start, first, pages: see pages.json. */
    static synchronized JSONObject of(Context context) {
        if (all == null) {
            all = over(read(context, "pages.json"), read(context, "behaviour.json"));
        }
        return all;
    }

    static JSONObject page(Context context, String id) {
        JSONObject page = of(context).optJSONObject("pages").optJSONObject(id);
        return page == null ? new JSONObject() : page;
    }

    static JSONArray list(JSONObject from, String name) {
        JSONArray found = from.optJSONArray(name);
        return found == null ? new JSONArray() : found;
    }

    private static JSONObject over(JSONObject below, JSONObject above) {
        try {
            for (Iterator<String> names = above.keys(); names.hasNext();) {
                String name = names.next();
                if ("pages".equals(name)) {
                    below.put(name, over(below.getJSONObject(name), above.getJSONObject(name)));
                } else {
                    below.put(name, above.get(name));
                }
            }
            return below;
        } catch (JSONException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static JSONObject read(Context context, String name) {
        try (InputStream in = context.getAssets().open(name)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[4096];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                out.write(some, 0, n);
            }
            return new JSONObject(new String(out.toByteArray(), StandardCharsets.UTF_8));
        } catch (IOException | JSONException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
