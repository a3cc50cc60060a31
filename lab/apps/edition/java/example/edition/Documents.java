package example.edition;

import android.content.Context;
import android.content.Intent;
import android.view.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The app's privacy policy, which opens from the home page and from the notice.
 *
 *   policy: its whole text; else assets/policy.txt
 *   adds: paragraphs behind it
 */
final class Documents extends Feature {
    Documents() {
        super("documents");
    }

    @Override
    void onHome(final HomeActivity home) {
        home.add("隐私政策", new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                home.startActivity(policy(home));
            }
        });
    }

    /** Opens the policy; null where the edition has none. */
    static Intent policy(Context context) {
        Behaviour how = Behaviour.of(context, "documents");
        if (!how.isThere()) {
            return null;
        }
        StringBuilder text = new StringBuilder(how.text("policy", ""));
        if (text.length() == 0) {
            text.append(standard(context));
        }
        for (String more : how.texts("adds")) {
            text.append('\n').append(more);
        }
        return new Intent(context, TextActivity.class).putExtra(TextActivity.TEXT, text.toString());
    }

    private static String standard(Context context) {
        try (InputStream in = context.getAssets().open("policy.txt")) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[4096];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                out.write(some, 0, n);
            }
            return new String(out.toByteArray(), StandardCharsets.UTF_8).trim();
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
