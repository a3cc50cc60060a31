package example.peers;

import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.os.IBinder;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A connection whose news can be waited for, off the main thread. */
public final class Bound implements ServiceConnection {
    private static final Object NONE = new Object();
    private final LinkedBlockingQueue<Object> news = new LinkedBlockingQueue<Object>();

    public static Bound to(Context context, Intent intent) {
        Bound bound = new Bound();
        return context.bindService(intent, bound, Context.BIND_AUTO_CREATE) ? bound : null;
    }

    public IBinder binder() throws InterruptedException {
        Object got = news.poll(60, TimeUnit.SECONDS);
        return got instanceof IBinder ? (IBinder) got : null;
    }

    /** "disconnected", "null", "died" */
    public String word() throws InterruptedException {
        return String.valueOf(news.poll(60, TimeUnit.SECONDS));
    }

    @Override
    public void onServiceConnected(ComponentName name, IBinder service) {
        news.add(service == null ? NONE : service);
    }

    @Override
    public void onServiceDisconnected(ComponentName name) {
        news.add("disconnected");
    }

    @Override
    public void onNullBinding(ComponentName name) {
        news.add("null");
    }

    @Override
    public void onBindingDied(ComponentName name) {
        news.add("died");
    }
}
