package lab.device;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import lab.boot.Wire;

/**
 * The classes of dex files that an app loads while it runs: translated by the daemon when the first of them is asked for.
 *
 * <p>A file counts as it was when it was opened, since apps delete what they have loaded. What cannot be translated holds no
 * classes, as a file that ART cannot open; why goes to the log.
 */
public final class LoadedCode {
  private static final Map<String, ZipFile> TRANSLATED = new HashMap<>();
  private static final long MAX_BYTES = 20 << 20; // the daemon takes no more

  private final List<Piece> pieces = new ArrayList<>();
  private List<ZipFile> classes;

  /** `own`: the classes of an APK of the app's; else `content` is code, or `lost` says why there is none. */
  private static final class Piece {
    private final String name;
    private final ZipFile own;
    private final byte[] content;
    private final IOException lost;

    private Piece(String name, ZipFile own, byte[] content, IOException lost) {
      this.name = name;
      this.own = own;
      this.content = content;
      this.lost = lost;
    }

    private ZipFile classes() {
      if (own != null) {
        return own;
      }
      return lost == null ? translated(name, content) : LoadedCode.lost(name, lost);
    }
  }

  public synchronized void add(String path) {
    Piece piece = opened(new File(path));
    if (piece != null) {
      pieces.add(piece);
    }
    classes = null;
  }

  public synchronized void add(byte[] content) {
    pieces.add(new Piece("memory", null, content, null));
    classes = null;
  }

  private static Piece opened(File file) {
    BoundApp app = DeviceMain.app();
    ZipFile own = app == null ? null : app.loader().classesOf(file.getPath());
    if (own != null) {
      return new Piece(file.getName(), own, null, null);
    }
    if (!file.isFile()) {
      return null;
    }
    try {
      if (file.length() > MAX_BYTES) {
        throw new IOException("it has " + file.length() + " bytes, more than the " + MAX_BYTES + " that are translated");
      }
      return new Piece(file.getName(), null, Files.readAllBytes(file.toPath()), null);
    } catch (IOException e) {
      return new Piece(file.getName(), null, null, e);
    }
  }

  /** The class file, or null. */
  public byte[] find(String name) {
    String entryName = name.replace('.', '/') + ".class";
    for (ZipFile jar : classes()) {
      ZipEntry entry = jar.getEntry(entryName);
      if (entry != null) {
        try (InputStream in = jar.getInputStream(entry)) {
          return in.readAllBytes();
        } catch (IOException e) {
          throw new IllegalStateException("class " + name, e);
        }
      }
    }
    return null;
  }

  /** The names of all classes, in the files' order. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (ZipFile jar : classes()) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().endsWith(".class")) {
          names.add(entry.getName().substring(0, entry.getName().length() - ".class".length()).replace('/', '.'));
        }
      }
    }
    return names;
  }

  private synchronized List<ZipFile> classes() {
    if (classes == null) {
      List<ZipFile> found = new ArrayList<>();
      for (Piece piece : pieces) {
        ZipFile jar = piece.classes();
        if (jar != null) {
          found.add(jar);
        }
      }
      classes = found;
    }
    return classes;
  }

  private static ZipFile translated(String name, byte[] content) {
    try {
      Map<String, Object> answer = DeviceMain.wire().ask("translate", "content", Base64.getEncoder().encodeToString(content));
      String path = (String) answer.get("classes");
      synchronized (TRANSLATED) {
        ZipFile known = TRANSLATED.get(path);
        if (known == null) {
          known = new ZipFile(path);
          TRANSLATED.put(path, known);
        }
        return known;
      }
    } catch (Wire.Refused | IOException e) {
      return lost(name, e);
    }
  }

  /** Code of the app's that will not run, which a run has to know. */
  private static ZipFile lost(String name, Exception why) {
    DeviceMain.log("W", "System", "Unable to load dex file: " + name + ": " + why.getMessage());
    DeviceMain.wire().event("native", "library", name, "error", "code that was loaded while running: " + why.getMessage());
    return null;
  }
}
