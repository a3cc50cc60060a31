package example.splits.extras;

import android.app.Activity;
import android.os.Bundle;

public final class ExtraActivity extends Activity {
    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.extra);
    }
}
