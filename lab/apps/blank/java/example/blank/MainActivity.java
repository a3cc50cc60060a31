package example.blank;

import android.app.Activity;
import android.os.Bundle;
import android.os.SystemClock;

/** Blocks the main thread for good before there is any content. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        while (true) {
            SystemClock.sleep(1000);
        }
    }
}
