package example.peers;

import android.database.ContentObserver;
import android.net.Uri;
import android.os.Handler;
import android.os.Looper;

/** Says what it hears of. */
public final class Watcher extends ContentObserver {
    private final String name;

    public Watcher(String name) {
        super(new Handler(Looper.getMainLooper()));
        this.name = name;
    }

    @Override
    public void onChange(boolean own, Uri uri) {
        Here.say(name + " heard of " + uri + " " + own);
    }
}
