package lab.device.shadows;

import dalvik.system.BaseDexClassLoader;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.nio.ByteBuffer;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.Enumeration;
import java.util.zip.ZipFile;
import lab.device.AppLoader;
import lab.device.LoadedCode;
import lab.device.NativeLibraries;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;

/** DexClassLoader, PathClassLoader, InMemoryDexClassLoader: their dex files are translated when they are needed. */
@Implements(BaseDexClassLoader.class)
public class LabBaseDexClassLoader {
  private static final Method DEFINE = define();

  @RealObject private BaseDexClassLoader loader;
  private final LoadedCode code = new LoadedCode();

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
    code.add(path);
  }

  @Implementation
  protected void __constructor__(ByteBuffer[] files, String libraries, ClassLoader parent) {
    for (ByteBuffer file : files) {
      byte[] content = new byte[file.remaining()];
      file.duplicate().get(content);
      code.add(content);
    }
  }

  @Implementation
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = code.find(name);
    if (bytes == null) {
      if (AppLoader.isFramework(name)) {
        // A loader without a parent has the boot class path above it on Android, and the JVM's own classes here.
        return LabBaseDexClassLoader.class.getClassLoader().loadClass(name);
      }
      throw new ClassNotFoundException("Didn't find class \"" + name + "\" on path: DexPathList[" + code.files() + "]");
    }
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
    code.add(path);
  }

  @Implementation
  protected void addDexPath(String path, boolean trusted) {
    code.add(path);
  }

  @Implementation
  protected URL findResource(String name) {
    for (File file : code.files()) {
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
    return loader.getClass().getName() + "[DexPathList[" + code.files() + "]]";
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
