package example.edition;

import android.content.Context;
import android.content.Intent;
import android.view.View;

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
            text.append(Behaviour.asset(context, "policy.txt").trim());
        }
        for (String more : how.texts("adds")) {
            text.append('\n').append(more);
        }
        return new Intent(context, TextActivity.class).putExtra(TextActivity.TEXT, text.toString());
    }
}
