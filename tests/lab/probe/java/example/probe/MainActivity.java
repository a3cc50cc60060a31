package example.probe;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Context;
import android.content.DialogInterface;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.media.FaceDetector;
import android.net.Uri;
import android.os.Bundle;
import android.os.Handler;
import android.os.IBinder;
import android.os.SystemClock;
import android.util.Log;
import android.view.View;
import android.widget.TextView;
import android.widget.Toast;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.concurrent.Callable;

/** A button for each thing that the runtime's tests want to see happen. */
public final class MainActivity extends Activity implements View.OnClickListener {
    private TextView state;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.main);
        state = findViewById(R.id.state);
        int[] buttons = {
            R.id.read, R.id.ask, R.id.answer, R.id.dialog, R.id.service, R.id.send, R.id.load, R.id.fetch, R.id.crash,
            R.id.list
        };
        for (int button : buttons) {
            findViewById(button).setOnClickListener(this);
        }
        registerReceiver(new BroadcastReceiver() {
            @Override
            public void onReceive(Context context, Intent intent) {
                say("registered receiver " + intent.getAction());
            }
        }, new IntentFilter("example.probe.LOCAL"), Context.RECEIVER_NOT_EXPORTED);
        say("checkSelfPermission CAMERA " + (checkSelfPermission("android.permission.CAMERA") == PackageManager.PERMISSION_GRANTED));
        final long from = SystemClock.elapsedRealtime();
        final long wall = System.currentTimeMillis();
        new Handler().postDelayed(new Runnable() {
            @Override
            public void run() {
                long clock = SystemClock.elapsedRealtime() - from;
                long host = System.currentTimeMillis() - wall;
                say("delayed in real time " + (clock >= 200 && Math.abs(clock - host) < 150));
            }
        }, 200);
    }

    @Override
    public void onWindowFocusChanged(boolean focus) {
        super.onWindowFocusChanged(focus);
        Log.i("Probe", "window focus " + focus);
    }

    static void say(String text) {
        Log.i("Probe", text);
    }

    private static void read(String name, Callable<Object> reading) {
        try {
            say(name + "=" + reading.call());
        } catch (SecurityException e) {
            say(name + "!SecurityException");
        } catch (Exception e) {
            say(name + "!" + e);
        }
    }

    @Override
    public void onClick(View view) {
        int id = view.getId();
        if (id == R.id.read) {
            Readings.all(this);
        } else if (id == R.id.ask) {
            say("rationale " + shouldShowRequestPermissionRationale("android.permission.CAMERA"));
            requestPermissions(new String[] {"android.permission.CAMERA"}, 11);
        } else if (id == R.id.answer) {
            startActivityForResult(new Intent(this, AnswerActivity.class).putExtra("number", 21L), 12);
        } else if (id == R.id.dialog) {
            new AlertDialog.Builder(this).setTitle("隐私政策").setMessage("同意吗?")
                .setPositiveButton("同意", new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int which) {
                        Toast.makeText(MainActivity.this, null, Toast.LENGTH_LONG).show();
                        Toast.makeText(MainActivity.this, "谢谢", Toast.LENGTH_SHORT).show();
                    }
                })
                .setNegativeButton("不同意", null).show();
        } else if (id == R.id.list) {
            new AlertDialog.Builder(this).setItems(new String[] {"first", "second"}, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    say("row " + which);
                }
            }).show();
        } else if (id == R.id.service) {
            startService(new Intent(this, CountService.class).putExtra("count", 3));
            bindService(new Intent(this, CountService.class), new ServiceConnection() {
                @Override
                public void onServiceConnected(ComponentName name, IBinder binder) {
                    say("service " + ((CountService.Here) binder).word());
                    unbindService(this);
                }

                @Override
                public void onServiceDisconnected(ComponentName name) {}
            }, BIND_AUTO_CREATE);
        } else if (id == R.id.send) {
            sendBroadcast(new Intent("example.probe.LOCAL").setPackage(getPackageName()));
        } else if (id == R.id.load) {
            try {
                System.loadLibrary("probe");
            } catch (UnsatisfiedLinkError e) {
                say("no native library");
            }
            for (int i = 0; i < 2; i++) {
                new FaceDetector(8, 8, 1);
            }
            say("no faces");
        } else if (id == R.id.fetch) {
            fetch(((TextView) findViewById(R.id.field)).getText().toString());
        } else if (id == R.id.crash) {
            throw new IllegalStateException("asked to crash");
        }
    }

    private void fetch(final String address) {
        new Thread(new Runnable() {
            @Override
            public void run() {
                read("fetched", new Callable<Object>() {
                    @Override
                    public Object call() throws Exception {
                        return ((HttpURLConnection) new URL(address).openConnection()).getResponseCode();
                    }
                });
            }
        }).start();
    }

    @Override
    protected void onActivityResult(int requestCode, int resultCode, Intent data) {
        say("result " + requestCode + " " + resultCode + " " + data.getLongExtra("number", 0));
    }

    @Override
    public void onRequestPermissionsResult(int requestCode, String[] permissions, int[] results) {
        say("permissions " + requestCode + " " + permissions[0] + " " + (results[0] == PackageManager.PERMISSION_GRANTED)
            + " " + (checkSelfPermission(permissions[0]) == PackageManager.PERMISSION_GRANTED));
    }

    static Uri early() {
        return Uri.parse("content://example.probe.early/words");
    }
}
