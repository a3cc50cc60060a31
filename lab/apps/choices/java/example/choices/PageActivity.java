package example.choices;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;

/** A page of one feature, which fills it: its address is "feature/what". */
public final class PageActivity extends Activity {
    private static final String ADDRESS = "address";
    private LinearLayout column;

    static Intent intent(Context context, String address) {
        return new Intent(context, PageActivity.class).putExtra(ADDRESS, address);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(32, 32, 32, 32);
        ScrollView scroll = new ScrollView(this);
        scroll.addView(column);
        setContentView(scroll);
        String[] address = getIntent().getStringExtra(ADDRESS).split("/", 2);
        for (Feature feature : Features.of(this)) {
            if (feature.name.equals(address[0])) {
                feature.onPage(this, address.length > 1 ? address[1] : "");
            }
        }
    }

    /** The page's column, for what is no text and no button. */
    LinearLayout column() {
        return column;
    }

    TextView addText(String words) {
        TextView text = new TextView(this);
        text.setText(words);
        text.setTextSize(16);
        column.addView(text);
        return text;
    }

    Button addButton(String words, View.OnClickListener onTap) {
        Button button = new Button(this);
        button.setText(words);
        button.setAllCaps(false);
        button.setOnClickListener(onTap);
        column.addView(button);
        return button;
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        for (Feature feature : Features.of(this)) {
            feature.onPermissions(this, permissions, results);
        }
    }
}
