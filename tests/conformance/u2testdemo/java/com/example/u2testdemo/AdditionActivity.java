package com.example.u2testdemo;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.EditText;
import android.widget.LinearLayout;

/** Two fields, their sum in a third. */
public final class AdditionActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        final EditText first = new EditText(this);
        final EditText second = new EditText(this);
        final EditText sum = new EditText(this);
        Button add = new Button(this);
        add.setAllCaps(false);
        add.setText("Add");
        add.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                sum.setText(String.valueOf(number(first) + number(second)));
            }
        });
        column.addView(first);
        column.addView(second);
        column.addView(add);
        column.addView(sum);
        setContentView(column);
    }

    private static int number(EditText field) {
        try {
            return Integer.parseInt(field.getText().toString());
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
