package example.adverts;

import android.app.Activity;
import android.os.Bundle;
import android.widget.LinearLayout;
import android.widget.TextView;

/** A product with its price. */
public final class ProductActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setTitle("松子礼盒");
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(32, 32, 32, 32);
        for (String line : new String[] {"松子礼盒 500克", "¥" + Prices.price(this), "已售 2300 件"}) {
            TextView text = new TextView(this);
            text.setText(line);
            text.setTextSize(22);
            column.addView(text);
        }
        setContentView(column);
    }
}
