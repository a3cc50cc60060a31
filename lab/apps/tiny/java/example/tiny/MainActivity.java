package example.tiny;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import android.view.View;
import android.widget.TextView;

/** Counts taps on its button, in the text above it and in the log. */
public final class MainActivity extends Activity {
    private int count;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        final TextView greeting = findViewById(R.id.greeting);
        findViewById(R.id.count).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                count++;
                greeting.setText(getString(R.string.counted, count));
                Log.i("Tiny", "counted " + count);
            }
        });
        Log.i("Tiny", "created");
    }
}
