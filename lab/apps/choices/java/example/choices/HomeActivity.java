package example.choices;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;

/** The home page: a column to which each feature adds its entries. */
public final class HomeActivity extends Activity {
    private LinearLayout column;
    private TextView status;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setTitle(R.string.app_name);
        column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(32, 32, 32, 32);
        ScrollView scroll = new ScrollView(this);
        scroll.addView(column);
        setContentView(scroll);
        status = new TextView(this);
        status.setText("首页");
        column.addView(status);
        for (Feature feature : Features.of(this)) {
            feature.onHome(this);
        }
    }

    @Override
    protected void onResume() {
        super.onResume();
        for (Feature feature : Features.of(this)) {
            feature.onHomeShown(this);
        }
    }

    /** A button of that text at the end of the page. */
    Button add(String text, View.OnClickListener onTap) {
        Button button = new Button(this);
        button.setText(text);
        button.setAllCaps(false);
        button.setOnClickListener(onTap);
        column.addView(button);
        return button;
    }

    /** A button that opens a page: "feature/what". */
    Button addPage(String text, final String address) {
        return add(text, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(PageActivity.intent(HomeActivity.this, address));
            }
        });
    }

    /** The line at the top of the page. */
    void say(String words) {
        status.setText(words);
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        for (Feature feature : Features.of(this)) {
            feature.onPermissions(this, permissions, results);
        }
    }
}
