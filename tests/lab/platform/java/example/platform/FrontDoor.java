package example.platform;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.util.Log;
import android.view.View;

/** Starts another while it is made itself, as one does that finds nobody signed in; says how far it was when it is measured. */
public final class FrontDoor extends Activity {
    private String state = "made";

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(new View(this) {
            @Override
            protected void onMeasure(int width, int height) {
                super.onMeasure(width, height);
                Log.i("Probe", "measured while " + state);
            }
        });
        startActivity(new Intent(this, BackDoor.class));
    }

    @Override
    protected void onResume() {
        super.onResume();
        state = "resumed";
    }

    @Override
    protected void onPause() {
        super.onPause();
        state = "paused";
    }
}
