package com.example.u2testdemo;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.Toast;

/** A button that shows a toast. */
public final class ToastActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout column = new LinearLayout(this);
        Button show = new Button(this);
        show.setAllCaps(false);
        show.setText("Show Toast");
        show.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                Toast.makeText(ToastActivity.this, "Button Clicked!", Toast.LENGTH_SHORT).show();
            }
        });
        column.addView(show);
        setContentView(column);
    }
}
