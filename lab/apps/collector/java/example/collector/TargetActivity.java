package example.collector;

import android.app.Activity;
import android.os.Bundle;

/** Started by a read; it goes away again at once. */
public final class TargetActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        finish();
    }
}
