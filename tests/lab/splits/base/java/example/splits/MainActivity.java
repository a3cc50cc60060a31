package example.splits;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;

/** What the base finds of itself and of its splits, one line of text each. */
public final class MainActivity extends Activity {
    private LinearLayout list;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        list = new LinearLayout(this);
        list.setOrientation(LinearLayout.VERTICAL);
        Button open = new Button(this);
        open.setText("open");
        open.setOnClickListener(view -> startActivity(new Intent().setClassName(this, "example.splits.extras.ExtraActivity")));
        list.addView(open);
        setContentView(list);
        show(getString(R.string.greeting));
        show("density=" + getResources().getInteger(R.integer.density));
        show("splits=" + Arrays.toString(getApplicationInfo().splitNames));
        show("dirs=" + (getApplicationInfo().splitSourceDirs == null ? 0 : getApplicationInfo().splitSourceDirs.length));
        for (String asset : new String[] {"base.txt", "extras.txt"}) {
            try (InputStream in = getAssets().open(asset)) {
                show(line(in));
            } catch (IOException absent) {
                show("no " + asset);
            }
        }
        try {
            show(Class.forName("example.splits.extras.Word").getMethod("get").invoke(null).toString());
            for (URL word : Collections.list(getClassLoader().getResources("words/word.txt"))) {
                try (InputStream in = word.openStream()) {
                    show(line(in));
                }
            }
        } catch (ReflectiveOperationException | IOException absent) {
            show("no class of the feature");
        }
        show(String.valueOf(getContentResolver().getType(android.net.Uri.parse("content://example.splits.words/x"))));
    }

    private static String line(InputStream in) throws IOException {
        return new BufferedReader(new InputStreamReader(in)).readLine();
    }

    private void show(String text) {
        TextView view = new TextView(this);
        view.setText(text);
        list.addView(view);
    }
}
