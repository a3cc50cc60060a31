package example.shop;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.text.Html;
import android.widget.TextView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Shows the user agreement, the privacy policy or the list of third-party SDKs. */
public final class DocumentActivity extends Activity {
    static final String TERMS = "terms";
    static final String POLICY = "policy";
    static final String SDK_LIST = "sdk-list";
    private static final String DOCUMENT = "document";

    static Intent intent(Context context, String document) {
        return new Intent(context, DocumentActivity.class).putExtra(DOCUMENT, document);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.document);
        TextView view = findViewById(R.id.document);
        String document = getIntent().getStringExtra(DOCUMENT);
        if (TERMS.equals(document)) {
            setTitle(R.string.settings_terms);
            view.setText(R.string.terms_text);
            return;
        }
        boolean list = SDK_LIST.equals(document);
        setTitle(list ? R.string.settings_sdk_list : R.string.settings_policy);
        String policy = read("policy." + getString(R.string.policy_language) + ".html");
        int at = policy.indexOf("<h2 id=\"sdk\">");
        view.setText(Html.fromHtml(list && at >= 0 ? policy.substring(at) : policy, Html.FROM_HTML_MODE_LEGACY));
    }

    private String read(String asset) {
        try (InputStream in = getAssets().open(asset)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
            return out.toString("UTF-8");
        } catch (IOException problem) {
            throw new IllegalStateException(asset, problem);
        }
    }
}
