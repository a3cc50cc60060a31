package example.bad;

import android.app.Activity;

/** Never comes up: its process's Application does not. */
public final class ExitingActivity extends Activity {
}
