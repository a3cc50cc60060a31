package com.example.u2testdemo;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;

/** One button for each screen that the demo tests visit. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.addView(opening("Addition", AdditionActivity.class));
        column.addView(opening("Toast", ToastActivity.class));
        column.addView(opening("Pinch", PinchActivity.class));
        setContentView(column);
    }

    private Button opening(String label, final Class<? extends Activity> screen) {
        Button button = new Button(this);
        button.setAllCaps(false);
        button.setText(label);
        button.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(new Intent(MainActivity.this, screen));
            }
        });
        return button;
    }
}
