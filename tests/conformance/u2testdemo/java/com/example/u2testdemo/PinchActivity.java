package com.example.u2testdemo;

import android.app.Activity;
import android.graphics.Color;
import android.os.Bundle;
import android.view.MotionEvent;
import android.view.View;
import android.widget.ImageView;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.util.Locale;

/** An image whose scale follows two fingers, between a half and three, and a text that says it. */
public final class PinchActivity extends Activity {
    private float scale = 1;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        final TextView said = new TextView(this);
        say(said);
        ImageView image = new ImageView(this);
        image.setBackgroundColor(Color.LTGRAY);
        image.setContentDescription("pinch image");
        image.setOnTouchListener(new View.OnTouchListener() {
            private float apart;

            @Override
            public boolean onTouch(View view, MotionEvent event) {
                if (event.getPointerCount() < 2) {
                    return true;
                }
                float now = (float) Math.hypot(event.getX(0) - event.getX(1), event.getY(0) - event.getY(1));
                if (event.getActionMasked() == MotionEvent.ACTION_MOVE && apart > 0) {
                    scale = Math.max(0.5f, Math.min(3, scale * now / apart));
                    say(said);
                }
                apart = now;
                return true;
            }
        });
        column.addView(said);
        column.addView(image, new LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, 0, 1));
        setContentView(column);
    }

    private void say(TextView where) {
        where.setText(String.format(Locale.ROOT, "Scale: %.2f", scale));
    }
}
