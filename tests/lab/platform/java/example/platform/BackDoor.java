package example.platform;

import android.app.Activity;
import android.util.Log;

/** What FrontDoor starts. */
public final class BackDoor extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        Log.i("Probe", "behind");
    }
}
