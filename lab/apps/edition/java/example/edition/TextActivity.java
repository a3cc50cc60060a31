package example.edition;

import android.app.Activity;
import android.os.Bundle;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;

/** A document: a line for each paragraph of the text that it is opened with. */
public final class TextActivity extends Activity {
    static final String TEXT = "text";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setTitle("隐私政策");
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(32, 32, 32, 32);
        for (String line : getIntent().getStringExtra(TEXT).split("\n")) {
            TextView text = new TextView(this);
            text.setText(line);
            text.setTextSize(14);
            column.addView(text);
        }
        ScrollView scroll = new ScrollView(this);
        scroll.addView(column);
        setContentView(scroll);
    }
}
