package example.sdks;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.SharedPreferences;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.util.Log;
import android.view.View;
import android.widget.TextView;

/**
 * Asks for agreement and for the phone permission, then starts every SDK and has each send an event; the button sends another.
 *
 * To the log, tag Sampler: "STARTED id", "SENT id", or "FAILED id what" with the trace. One SDK's failure does not stop the others.
 */
public final class MainActivity extends Activity {
    private static final String TAG = "Sampler";
    private static final int PHONE = 1;
    /** SDKs that work in the background get this long before the first event, in milliseconds. */
    private static final long FIRST_EVENT = 1500;
    private static final Sdk[] SDKS = {
        new AdjustSdk(), new AmplitudeSdk(), new AppsFlyerSdk(), new BuglySdk(), new CountlySdk(), new FlurrySdk(), new MixpanelSdk(),
        new SensorsSdk(), new UmengSdk(),
    };
    private static boolean started;

    private final Handler handler = new Handler(Looper.getMainLooper());
    private TextView told;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        told = findViewById(R.id.told);
        findViewById(R.id.send).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                if (started) {
                    sendAll();
                }
            }
        });
        if (answers().getBoolean("agreed", false)) {
            startAll();
        } else {
            ask();
        }
    }

    private SharedPreferences answers() {
        return getSharedPreferences("answers", MODE_PRIVATE);
    }

    private void ask() {
        new AlertDialog.Builder(this)
            .setTitle(R.string.notice_title)
            .setMessage(R.string.notice_text)
            .setCancelable(false)
            .setPositiveButton(R.string.agree, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    answers().edit().putBoolean("agreed", true).apply();
                    requestPermissions(new String[] {Manifest.permission.READ_PHONE_STATE}, PHONE);
                }
            })
            .setNegativeButton(R.string.disagree, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    finish();
                }
            })
            .show();
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        startAll();
    }

    private void startAll() {
        if (started) {
            return;
        }
        started = true;
        for (Sdk sdk : SDKS) {
            try {
                sdk.start(this);
                tell("STARTED", sdk, null);
            } catch (Throwable failure) {
                tell("FAILED", sdk, failure);
            }
        }
        handler.postDelayed(new Runnable() {
            @Override
            public void run() {
                sendAll();
            }
        }, FIRST_EVENT);
    }

    private void sendAll() {
        for (Sdk sdk : SDKS) {
            try {
                sdk.event(this);
                sdk.flush(this);
                tell("SENT", sdk, null);
            } catch (Throwable failure) {
                tell("FAILED", sdk, failure);
            }
        }
    }

    private void tell(String what, Sdk sdk, Throwable failure) {
        String line = what + " " + sdk.id + (failure == null ? "" : " " + failure);
        if (failure == null) {
            Log.i(TAG, line);
        } else {
            Log.w(TAG, line, failure);
        }
        told.setText(line);
    }
}
