package example.crasher;

import android.app.Activity;
import android.os.Bundle;

/** Crashes before it shows anything. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        throw new IllegalStateException("crasher crashes at start, as it should");
    }
}
