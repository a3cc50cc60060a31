package example.hostile;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.util.Log;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;

/**
 * A button for each attempt; `am start -n example.hostile/.MainActivity --es attempt NAME` does the same.
 * With `through_proxy`, `--es targets HOST:PORT,...` names more addresses to try.
 * The result goes to the log and the screen: "ATTEMPT name: FAILED why" or "ATTEMPT name: SUCCEEDED what".
 */
public final class MainActivity extends Activity {
    private TextView results;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout list = new LinearLayout(this);
        list.setOrientation(LinearLayout.VERTICAL);
        results = new TextView(this);
        results.setId(R.id.results);
        list.addView(results);
        for (final Attempt attempt : Attempts.ALL) {
            Button button = new Button(this);
            button.setText(attempt.name);
            button.setAllCaps(false);
            button.setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    start(attempt);
                }
            });
            list.addView(button);
        }
        ScrollView scroll = new ScrollView(this);
        scroll.addView(list);
        setContentView(scroll);
        startAsked(getIntent());
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        startAsked(intent);
    }

    private void startAsked(Intent intent) {
        String name = intent.getStringExtra("attempt");
        String targets = intent.getStringExtra("targets");
        if (targets != null) {
            ProxyAttempts.targets = targets;
        }
        for (Attempt attempt : Attempts.ALL) {
            if (attempt.name.equals(name)) {
                start(attempt);
                return;
            }
        }
        if (name != null) {
            say("ATTEMPT " + name + ": FAILED there is no attempt of that name");
        }
    }

    private void start(final Attempt attempt) {
        new Thread("attempt-" + attempt.name) {
            @Override
            public void run() {
                say("ATTEMPT " + attempt.name + ": " + result(attempt));
            }
        }.start();
    }

    private String result(Attempt attempt) {
        try {
            return "SUCCEEDED " + attempt.run(getApplicationContext());
        } catch (Attempt.Failed stopped) {
            return "FAILED " + stopped.getMessage();
        } catch (Exception | LinkageError | OutOfMemoryError stopped) {
            return "FAILED " + stopped;
        }
    }

    private void say(final String line) {
        Log.i("Hostile", line);
        runOnUiThread(new Runnable() {
            @Override
            public void run() {
                results.append(line + "\n");
            }
        });
    }
}
