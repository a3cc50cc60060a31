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
 * <p>What cannot be translated holds no classes, as a file that ART cannot open; why goes to the log.
 */
public final class LoadedCode {
  private static final Map<String, ZipFile> TRANSLATED = new HashMap<>();

  private final List<File> files = new ArrayList<>();
  private final List<byte[]> contents = new ArrayList<>();
  private List<ZipFile> classes;

  /** A class path of Android's: files with ":" between them. */
  public synchronized void add(String path) {
    for (String one : path == null ? new String[0] : path.split(File.pathSeparator)) {
      if (!one.isEmpty()) {
        files.add(new File(one));
      }
    }
    classes = null;
  }

  public synchronized void add(byte[] content) {
    contents.add(content);
    classes = null;
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

  public synchronized List<File> files() {
    return new ArrayList<>(files);
  }

  private synchronized List<ZipFile> classes() {
    if (classes == null) {
      List<ZipFile> found = new ArrayList<>();
      for (File file : files) {
        ZipFile jar = ofFile(file);
        if (jar != null) {
          found.add(jar);
        }
      }
      for (byte[] content : contents) {
        ZipFile jar = translated("memory", content);
        if (jar != null) {
          found.add(jar);
        }
      }
      classes = found;
    }
    return classes;
  }

  private static ZipFile ofFile(File file) {
    BoundApp app = DeviceMain.app();
    ZipFile own = app == null ? null : app.loader().classesOf(file.getPath());
    if (own != null) {
      return own;
    }
    if (!file.isFile()) {
      return null;
    }
    try {
      return translated(file.getName(), Files.readAllBytes(file.toPath()));
    } catch (IOException e) {
      return lost(file.getName(), e);
    }
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
