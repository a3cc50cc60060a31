package lab.device;

import android.content.ContentResolver;
import android.database.ContentObserver;
import android.net.Uri;
import android.os.Process;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import lab.device.system.Daemon;

/**
 * ContentService: this process's observers. The daemon knows what they want and tells of what others change; a
 * change of the process's own is delivered here and the daemon tells the others. Settings it tells everybody itself.
 */
public final class Observers {
  private static final int AT_ONCE = 100; // URIs that the daemon takes in one ask

  private static final class Entry {
    final Uri uri;
    final boolean descendants;
    final ContentObserver observer;

    Entry(Uri uri, boolean descendants, ContentObserver observer) {
      this.uri = uri;
      this.descendants = descendants;
      this.observer = observer;
    }

    /** As the daemon's content_observers.py. */
    boolean hears(Uri changed, int flags) {
      if (!changed.getScheme().equals(uri.getScheme()) || !String.valueOf(changed.getAuthority()).equals(uri.getAuthority())) {
        return false;
      }
      List<String> mine = uri.getPathSegments();
      List<String> theirs = changed.getPathSegments();
      if (startsWith(mine, theirs)) {
        return true;
      }
      boolean skip = (flags & ContentResolver.NOTIFY_SKIP_NOTIFY_FOR_DESCENDANTS) != 0;
      return descendants && !skip && startsWith(theirs, mine);
    }

    private static boolean startsWith(List<String> whole, List<String> start) {
      return whole.size() >= start.size() && whole.subList(0, start.size()).equals(start);
    }
  }

  private static final List<Entry> ENTRIES = new CopyOnWriteArrayList<>();

  /** What a binder's thread is on a phone: the observers without a handler run on it. */
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "Binder:observers");
            thread.setDaemon(true);
            return thread;
          });

  private Observers() {}

  public static void register(Uri uri, boolean descendants, ContentObserver observer) {
    if (uri == null || observer == null) {
      throw new NullPointerException();
    }
    if (isAsked(uri)) {
      Daemon.ask("observe", "verb", "register", "uri", uri.toString(), "descendants", descendants);
    }
    ENTRIES.add(new Entry(uri, descendants, observer));
  }

  public static void unregister(ContentObserver observer) {
    for (Entry one : ENTRIES) {
      if (one.observer == observer && ENTRIES.remove(one) && isAsked(one.uri)) {
        Daemon.ask("observe", "verb", "unregister", "uri", one.uri.toString(), "descendants", one.descendants);
      }
    }
  }

  public static void notify(Collection<Uri> uris, ContentObserver sender, int flags) {
    List<Object> asked = new ArrayList<>();
    for (Uri uri : uris) {
      if (isAsked(uri)) {
        asked.add(uri.toString());
      }
    }
    for (int from = 0; from < asked.size(); from += AT_ONCE) {
      List<Object> some = asked.subList(from, Math.min(asked.size(), from + AT_ONCE));
      Daemon.ask("observe", "verb", "notify", "uris", some, "flags", flags);
    }
    for (Uri uri : uris) {
      deliver(uri, sender, flags);
    }
  }

  /** The daemon's call: another process, or the system, has changed something. */
  static void changed(Uri uri, int flags) {
    deliver(uri, null, flags);
  }

  private static void deliver(Uri uri, ContentObserver sender, int flags) {
    for (Entry one : ENTRIES) {
      boolean own = one.observer == sender;
      if (one.hears(uri, flags) && (!own || sender.deliverSelfNotifications())) {
        THREAD.execute(() -> one.observer.dispatchChange(own, Collections.singletonList(uri), flags, Process.myUserHandle().getIdentifier()));
      }
    }
  }

  private static boolean isAsked(Uri uri) {
    return DeviceMain.app() != null && "content".equals(uri.getScheme()) && !"settings".equals(uri.getAuthority());
  }
}
