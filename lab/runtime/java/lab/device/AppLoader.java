package lab.device;

import dalvik.system.PathClassLoader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import lab.boot.FrameworkLoader;

/**
 * The class loader of one app: a phone's PathClassLoader.
 *
 * <p>As on a phone the framework comes first, so that an APK cannot bring its own android.* or org.json; what
 * is not the framework's comes from the APK, so that the lab's own libraries (Guava, ASM) do not
 * stand in the app's way. The bundled android.support.* and its kin are the app's. Entries of the APK
 * are its Java resources.
 */
public final class AppLoader extends PathClassLoader {
  private static final String[] FRAMEWORK = {
    "java.", "javax.", "android.", "dalvik.", "libcore.", "com.android.internal.", "org.json.",
    "org.xmlpull.", "org.w3c.", "org.xml.", "org.kxml2.", "sun.", "jdk."
  };
  private static final String[] BUNDLED = {
    "android.support.", "android.arch.", "android.databinding.", "javax.inject.", "javax.annotation."
  };

  /** The emulator's classes, which no app sees, and none has of its own. */
  private static final String[] LAB = {"lab.emulator.", "com.github.unidbg.", "unicorn.", "emulated."};

  private static final String SHIM = "com.alibaba.fastjson."; // of it the lab has one class, for the emulator

  private static final String[] LEGACY_HTTP = {"org.apache.http.", "org.apache.commons.logging.", "org.apache.commons.codec."};

  private static final String LEGACY_CLIENT = "android.net.http.AndroidHttpClient"; // of the same library

  private static final String[] ABIS = {"arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86", "riscv64"};

  private final FrameworkLoader framework;
  private final boolean legacyHttp;
  private final String libraries;
  private final List<ZipFile> apks = new ArrayList<>();
  private final List<ZipFile> classes = new ArrayList<>();
  private final Object[] own; // the element of the class path that stands for the APKs

  /**
   * `apks`: the base, then its splits; `classes`: the translated jar of each; `libraries`: the folder of the native ones, or
   * null. One loader has them all, as on a phone where the splits are not isolated. `legacyHttp`: the app may use Apache's
   * HTTP client, which the framework has had no more since Android 9.
   */
  AppLoader(FrameworkLoader framework, List<String> classes, List<String> apks, String libraries, boolean legacyHttp)
      throws IOException {
    super("", framework);
    this.legacyHttp = legacyHttp;
    this.libraries = libraries;
    this.framework = framework;
    if (classes.size() != apks.size()) {
      throw new IllegalArgumentException(apks.size() + " APKs and the classes of " + classes.size());
    }
    for (int i = 0; i < apks.size(); i++) {
      this.apks.add(new ZipFile(apks.get(i)));
      this.classes.add(new ZipFile(classes.get(i)));
    }
    PathLists.append(this, null, new File(apks.get(0)));
    own = PathLists.elements(this);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.charAt(0) == '[') {
      return Class.forName(name.replace('/', '.'), false, this);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> found = findLoadedClass(name);
      if (found != null) {
        return found;
      }
      if (isFramework(name)) {
        if (!legacyHttp && name.startsWith(LEGACY_CLIENT)) {
          return findClass(name);
        }
        try {
          return framework.loadClass(name);
        } catch (ClassNotFoundException e) {
          return findClass(name);
        }
      }
      if (isLab(name)) {
        throw new ClassNotFoundException(name); // a stack has to be able to tell whose code is whose
      }
      Class<?> own = findOwn(name);
      if (own != null) {
        return own;
      }
      if (name.startsWith(SHIM)) {
        throw new ClassNotFoundException(name);
      }
      if (!legacyHttp && startsWith(name, LEGACY_HTTP)
          && framework.frameworkResource(name.replace('.', '/') + ".class") == null) {
        throw new ClassNotFoundException(name);
      }
      return framework.loadClass(name);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    Class<?> own = findOwn(name);
    if (own == null) {
      throw new ClassNotFoundException(name);
    }
    return own;
  }

  /** In the APKs, and in what the app has put before or behind them on its class path. */
  private Class<?> findOwn(String name) throws ClassNotFoundException {
    Object[] path = PathLists.elements(this);
    if (path == own) {
      return findInApks(name);
    }
    for (Object element : path) {
      Class<?> found = element == own[0] ? findInApks(name) : PathLists.find(element, name, this, new ArrayList<>());
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The first APK that has the class counts. */
  private Class<?> findInApks(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    for (ZipFile jar : classes) {
      ZipEntry entry = jar.getEntry(file);
      if (entry != null) {
        return define(name, jar, entry);
      }
    }
    return null;
  }

  private Class<?> define(String name, ZipFile jar, ZipEntry entry) throws ClassNotFoundException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    int dot = name.lastIndexOf('.');
    if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
      definePackage(name.substring(0, dot), null, null, null, null, null, null, null);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  /** Whether a class would be among the emulator's, as none of an app may. */
  public static boolean isLab(String name) {
    return startsWith(name, LAB);
  }

  public static boolean isFramework(String name) {
    return !startsWith(name, BUNDLED) && startsWith(name, FRAMEWORK);
  }

  private static boolean startsWith(String name, String[] prefixes) {
    for (String prefix : prefixes) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public URL getResource(String name) {
    URL own = findResource(name);
    return own != null ? own : framework.getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) {
    return findResources(name);
  }

  @Override
  protected URL findResource(String name) {
    List<URL> found = urls(name);
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    return Collections.enumeration(urls(name));
  }

  private List<URL> urls(String name) {
    List<URL> found = new ArrayList<>();
    for (ZipFile apk : apks) {
      if (apk.getEntry(name) != null) {
        try {
          found.add(new URL("jar:file:" + apk.getName() + "!/" + name));
        } catch (MalformedURLException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return found;
  }

  /** System.loadLibrary asks here. */
  @Override
  public String findLibrary(String name) {
    File file = libraries == null ? null : new File(libraries, "lib" + name + ".so");
    if (file != null && file.isFile()) {
      NativeLibraries.found(name);
      return file.getPath();
    }
    NativeLibraries.missing(name, brings(name));
    return null;
  }

  /** Whether a phone of some kind would have found it. */
  private boolean brings(String library) {
    for (ZipFile apk : apks) {
      for (String abi : ABIS) {
        if (apk.getEntry("lib/" + abi + "/lib" + library + ".so") != null) {
          return true;
        }
      }
    }
    return false;
  }

  /** The translated classes of one of the app's own APKs; null for any other file. */
  ZipFile classesOf(String apk) {
    for (int i = 0; i < apks.size(); i++) {
      if (apks.get(i).getName().equals(apk)) {
        return classes.get(i);
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "dalvik.system.PathClassLoader[DexPathList[" + apks + "]]";
  }
}
