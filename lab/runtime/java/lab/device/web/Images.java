package lab.device.web;

import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import lab.boot.web.Call;
import lab.boot.web.Element;
import lab.boot.web.Resource;

/** The images of a page, each brought once. */
final class Images {
  private static final int LIMIT = 100;
  private static final int SIDE_LIMIT = 2048;

  /** Brings one resource. */
  interface Source {
    Resource fetch(Call call) throws IOException;
  }

  private final Map<String, Bitmap> here = new ConcurrentHashMap<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private volatile Set<String> wanted = new LinkedHashSet<>();

  Bitmap get(String source) {
    return source == null || source.isEmpty() ? null : here.get(source);
  }

  boolean any() {
    return !wanted.isEmpty();
  }

  void want(Element page) {
    Set<String> sources = new LinkedHashSet<>();
    collect(page, sources);
    wanted = sources;
    here.keySet().retainAll(sources);
    asked.retainAll(sources);
  }

  private static void collect(Element e, Set<String> sources) {
    if (e.kind == Element.Kind.IMAGE && !e.source.isEmpty() && sources.size() < LIMIT) {
      sources.add(e.source);
    }
    for (Element child : e.children) {
      collect(child, sources);
    }
  }

  /** Blocks. One that does not come shows its alternative text, as on a phone. */
  void load(Source from, Runnable changed) {
    boolean any = false;
    for (String source : wanted) {
      if (!asked.add(source)) {
        continue;
      }
      try {
        Resource resource = from.fetch(new Call(source, "GET", null, false));
        Bitmap bitmap = resource.status < 400 ? decoded(resource.content) : null;
        if (bitmap != null) {
          here.put(source, bitmap);
          any = true;
        }
      } catch (IOException e) {
        lab.device.DeviceMain.log("W", "chromium", "image " + source + ": " + e.getMessage());
      }
    }
    if (any) {
      changed.run();
    }
  }

  private static Bitmap decoded(byte[] content) {
    BitmapFactory.Options options = new BitmapFactory.Options();
    options.inJustDecodeBounds = true;
    BitmapFactory.decodeByteArray(content, 0, content.length, options);
    int side = Math.max(options.outWidth, options.outHeight);
    options.inJustDecodeBounds = false;
    options.inSampleSize = 1;
    while (side / options.inSampleSize > SIDE_LIMIT) {
      options.inSampleSize *= 2;
    }
    return BitmapFactory.decodeByteArray(content, 0, content.length, options);
  }
}
