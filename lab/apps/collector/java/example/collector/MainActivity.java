package example.collector;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.util.Log;
import android.view.View;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A button for each read; `am start -n example.collector/.MainActivity --es read NAME` does the same, and NAME ALL does
 * all in order. The result goes to the log and the screen: "READ name: VALUE text", EMPTY, "DENIED class" or
 * "THROWN class: message"; before it "READING name class", where the class is the one that reads.
 */
public final class MainActivity extends Activity {
    private static final String TAG = "Collector";

    private TextView results;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout list = new LinearLayout(this);
        list.setOrientation(LinearLayout.VERTICAL);
        results = new TextView(this);
        results.setId(R.id.results);
        list.addView(results);
        for (final Read read : Reads.ALL) {
            Button button = new Button(this);
            button.setText(read.name + " · " + read.what + " · " + read.route.label);
            button.setAllCaps(false);
            button.setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    start(read);
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
        String name = intent.getStringExtra("read");
        if ("ALL".equals(name)) {
            start(Reads.ALL);
            return;
        }
        for (Read read : Reads.ALL) {
            if (read.name.equals(name)) {
                start(read);
                return;
            }
        }
        if (name != null) {
            say("READ " + name + ": THROWN there is no read of that name");
        }
    }

    private void start(final Read... reads) {
        new Thread("reads") {
            @Override
            public void run() {
                for (Read read : reads) {
                    Log.i(TAG, "READING " + read.name + " " + read.getClass().getName());
                    say("READ " + read.name + ": " + result(read));
                }
                say("READ: DONE " + reads.length);
            }
        }.start();
    }

    private String result(final Read read) {
        try {
            String got = read.onMain() ? onMain(read) : Text.of(read.run(this));
            return got.isEmpty() ? "EMPTY" : "VALUE " + got;
        } catch (SecurityException refused) {
            return "DENIED " + refused.getClass().getName();
        } catch (Exception | LinkageError | AssertionError thrown) {
            String message = thrown.getMessage();
            return "THROWN " + thrown.getClass().getName() + (message == null ? "" : ": " + Text.plain(message));
        }
    }

    private String onMain(final Read read) throws Exception {
        FutureTask<String> task = new FutureTask<>(new Callable<String>() {
            @Override
            public String call() throws Exception {
                return Text.of(read.run(MainActivity.this));
            }
        });
        new Handler(Looper.getMainLooper()).post(task);
        try {
            return task.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Error) {
                throw (Error) failed.getCause();
            }
            throw (Exception) failed.getCause();
        }
    }

    private void say(final String line) {
        Log.i(TAG, line);
        runOnUiThread(new Runnable() {
            @Override
            public void run() {
                results.append(line + "\n");
            }
        });
    }
}
