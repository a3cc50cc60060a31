package lab.device.shadows;

import dalvik.system.BaseDexClassLoader;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.nio.ByteBuffer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipFile;
import lab.device.AppLoader;
import lab.device.NativeLibraries;
import lab.device.PathLists;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;

/** DexClassLoader, PathClassLoader, InMemoryDexClassLoader: their dex files are translated when they are needed. */
@Implements(BaseDexClassLoader.class)
public class LabBaseDexClassLoader {
  private static final Method DEFINE = define();

  @RealObject private BaseDexClassLoader loader;
  private final List<File> files = new ArrayList<>();

  @Implementation
  protected void __constructor__(String path, File optimised, String libraries, ClassLoader parent) {}

  @Implementation
  protected void __constructor__(String path, File optimised, String libraries, ClassLoader parent, boolean trusted) {}

  @Implementation
  protected void __constructor__(String path, String libraries, ClassLoader parent, ClassLoader[] shared) {}

  @Implementation
  protected void __constructor__(
      String path, String libraries, ClassLoader parent, ClassLoader[] shared, ClassLoader[] sharedAfter) {}

  /** All of the others come here. */
  @Implementation
  protected void __constructor__(
      String path, String libraries, ClassLoader parent, ClassLoader[] shared, ClassLoader[] sharedAfter, boolean trusted) {
    PathLists.create(loader);
    addDexPath(path);
  }

  @Implementation
  protected void __constructor__(ByteBuffer[] files, String libraries, ClassLoader parent) {
    PathLists.create(loader);
    for (ByteBuffer file : files) {
      byte[] content = new byte[file.remaining()];
      file.duplicate().get(content);
      PathLists.append(loader, LabDexFile.of(content), null);
    }
  }

  @Implementation
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    List<Throwable> suppressed = new ArrayList<>();
    for (Object element : PathLists.elements(loader)) {
      Class<?> found = PathLists.find(element, name, loader, suppressed);
      if (found != null) {
        return found;
      }
    }
    if (AppLoader.isFramework(name)) {
      // A loader without a parent has the boot class path above it on Android, and the JVM's own classes here.
      return LabBaseDexClassLoader.class.getClassLoader().loadClass(name);
    }
    throw new ClassNotFoundException("Didn't find class \"" + name + "\" on path: DexPathList[" + files + "]");
  }

  /** As the loader itself would. */
  static Class<?> define(ClassLoader loader, String name, byte[] bytes) throws ClassNotFoundException {
    try {
      return (Class<?>) DEFINE.invoke(loader, name, bytes, 0, bytes.length, null);
    } catch (ReflectiveOperationException e) {
      if (e.getCause() instanceof Error) {
        throw (Error) e.getCause();
      }
      throw new ClassNotFoundException(name, e);
    }
  }

  @Implementation
  protected void addDexPath(String path) {
    for (String one : path == null ? new String[0] : path.split(File.pathSeparator)) {
      if (!one.isEmpty()) {
        File file = new File(one);
        files.add(file);
        PathLists.append(loader, LabDexFile.of(file), file);
      }
    }
  }

  @Implementation
  protected void addDexPath(String path, boolean trusted) {
    addDexPath(path);
  }

  @Implementation
  protected URL findResource(String name) {
    for (File file : files) {
      try (ZipFile zip = new ZipFile(file)) {
        if (zip.getEntry(name) != null) {
          return new URL("jar:file:" + file + "!/" + name);
        }
      } catch (IOException none) {
        continue; // a bare dex file has no resources
      }
    }
    return null;
  }

  @Implementation
  protected Enumeration<URL> findResources(String name) {
    URL found = findResource(name);
    return found == null ? Collections.emptyEnumeration() : Collections.enumeration(Collections.singleton(found));
  }

  @Implementation
  protected String findLibrary(String name) {
    NativeLibraries.missing(name, true);
    return null;
  }

  @Implementation
  protected String getLdLibraryPath() {
    return "/system/lib64";
  }

  @Override
  @Implementation
  public String toString() {
    return loader.getClass().getName() + "[DexPathList[" + files + "]]";
  }

  private static Method define() {
    try {
      Method method =
          ClassLoader.class.getDeclaredMethod(
              "defineClass", String.class, byte[].class, int.class, int.class, ProtectionDomain.class);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }
}
