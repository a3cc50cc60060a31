package example.adverts;

import android.app.Activity;
import android.os.Bundle;
import android.view.Gravity;
import android.widget.TextView;

/** Where an advertisement leads: a whole page of the advertiser's. */
public final class LandingActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        TextView page = new TextView(this);
        page.setText("云杉旗舰店 全场五折 立即抢购");
        page.setTextSize(28);
        page.setGravity(Gravity.CENTER);
        page.setBackgroundColor(0xffffe0b2);
        setContentView(page);
    }
}
