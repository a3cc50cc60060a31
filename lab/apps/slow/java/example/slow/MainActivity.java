package example.slow;

import android.app.Activity;
import android.os.Bundle;
import android.widget.TextView;

/** Blocks the main thread for eight seconds of real time before it draws. */
public final class MainActivity extends Activity {
    private static final long DELAY_NS = 8_000_000_000L;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        long end = System.nanoTime() + DELAY_NS;
        while (System.nanoTime() < end) {
            sleep();
        }
        TextView text = new TextView(this);
        text.setText(R.string.app_name);
        setContentView(text);
    }

    private static void sleep() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        }
    }
}
