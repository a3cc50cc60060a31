package example.adverts;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.Switch;
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
        setContentView(column);
        status = new TextView(this);
        status.setText("首页");
        column.addView(status);
        for (Feature feature : Features.of(this)) {
            feature.onHome(this);
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

    Button addPage(String text, final Class<? extends Activity> page) {
        return add(text, new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(new Intent(HomeActivity.this, page));
            }
        });
    }

    Switch addSwitch(String text, boolean on) {
        Switch made = new Switch(this);
        made.setText(text);
        made.setChecked(on);
        column.addView(made);
        return made;
    }

    /** The line at the top of the page. */
    void say(String words) {
        status.setText(words);
    }
}
