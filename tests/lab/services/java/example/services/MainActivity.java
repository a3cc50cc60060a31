package example.services;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.widget.TextView;

/** In front, does what its intent's extra "do" names. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        TextView text = new TextView(this);
        text.setText("services");
        setContentView(text);
        Acts.perform(this, getIntent());
    }

    @Override
    protected void onNewIntent(Intent intent) {
        Acts.perform(this, intent);
    }
}
