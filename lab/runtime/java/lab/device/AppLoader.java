package lab.device;

import dalvik.system.PathClassLoader;
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

  private static final String[] LEGACY_HTTP = {"org.apache.http.", "org.apache.commons.logging.", "org.apache.commons.codec."};

  private static final String[] ABIS = {"arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86", "riscv64"};

  private final FrameworkLoader framework;
  private final boolean legacyHttp;
  private final ZipFile classes;
  private final List<ZipFile> apks = new ArrayList<>();

  /** `legacyHttp`: the app may use Apache's HTTP client, which the framework has had no more since Android 9. */
  AppLoader(FrameworkLoader framework, String classes, List<String> apks, boolean legacyHttp) throws IOException {
    super("", framework);
    this.legacyHttp = legacyHttp;
    this.framework = framework;
    this.classes = new ZipFile(classes);
    for (String apk : apks) {
      this.apks.add(new ZipFile(apk));
    }
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
        try {
          return framework.loadClass(name);
        } catch (ClassNotFoundException e) {
          return findClass(name);
        }
      }
      ZipEntry entry = classes.getEntry(name.replace('.', '/') + ".class");
      if (entry != null) {
        return define(name, entry);
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
    ZipEntry entry = classes.getEntry(name.replace('.', '/') + ".class");
    if (entry == null) {
      throw new ClassNotFoundException(name);
    }
    return define(name, entry);
  }

  private Class<?> define(String name, ZipEntry entry) throws ClassNotFoundException {
    byte[] bytes;
    try (InputStream in = classes.getInputStream(entry)) {
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
    for (ZipFile apk : apks) {
      if (apk.getEntry(name) != null) {
        try {
          return new URL("jar:file:" + apk.getName() + "!/" + name);
        } catch (MalformedURLException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return null;
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL url = findResource(name);
    return url == null
        ? Collections.emptyEnumeration()
        : Collections.enumeration(Collections.singletonList(url));
  }

  /** System.loadLibrary ends here. Native code for a phone cannot run: the caller says so. */
  @Override
  public String findLibrary(String name) {
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

  /** The APK's translated classes. */
  ZipFile classes() {
    return classes;
  }

  @Override
  public String toString() {
    return "dalvik.system.PathClassLoader[DexPathList[" + apks + "]]";
  }
}
