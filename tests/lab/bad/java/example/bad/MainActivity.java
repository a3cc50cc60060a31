package example.bad;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.util.Log;
import android.widget.TextView;

/** `am start -n example.bad/.MainActivity --es deed NAME` does it in onCreate, or in onNewIntent where it is up already. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        act(getIntent());
        TextView text = new TextView(this);
        text.setText("good so far");
        setContentView(text);
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        act(intent);
    }

    private void act(Intent intent) {
        String deed = intent.getStringExtra("deed");
        if (deed != null) {
            Log.i("Bad", "does " + deed);
            Deeds.act(this, deed);
            Log.i("Bad", "did " + deed);
        }
    }
}
