package lab.device.shadows;

import dalvik.system.DexFile;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import lab.device.AppLoader;
import lab.device.LoadedCode;
import org.robolectric.annotation.ClassName;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowDexFile;

/** A dex file as apps list its classes, or have one defined in a loader of their choice. */
@Implements(DexFile.class)
public class LabDexFile extends ShadowDexFile {
  private static final Method FIND_LOADED = findLoaded();

  private String name = "";
  private final LoadedCode code = new LoadedCode();

  @Implementation
  protected void __constructor__(File file) throws IOException {
    open(file.getPath());
  }

  @Implementation
  protected void __constructor__(String path) throws IOException {
    open(path);
  }

  /** Constructors of the framework's that end in others get here, where the file is known already. */
  @Implementation
  protected static Object openDexFileNative(
      String source, String output, int flags, ClassLoader loader, @ClassName("[Ldalvik.system.DexPathList$Element;") Object elements) {
    return null;
  }

  /** A file that a class loader looks into; one that is not there holds nothing. */
  static DexFile of(File file) {
    DexFile made = Shadow.newInstanceOf(DexFile.class);
    LabDexFile shadow = Shadow.extract(made);
    shadow.name = file.getPath();
    shadow.code.add(file.getPath());
    return made;
  }

  static DexFile of(byte[] content) {
    DexFile made = Shadow.newInstanceOf(DexFile.class);
    LabDexFile shadow = Shadow.extract(made);
    shadow.code.add(content);
    return made;
  }

  private void open(String path) throws IOException {
    if (!new File(path).isFile()) {
      throw new IOException("No original dex files found for dex location " + path);
    }
    name = path;
    code.add(path);
  }

  @Implementation
  protected static DexFile loadDex(String path, String optimised, int flags) throws IOException {
    return new DexFile(path);
  }

  @Implementation
  protected String getName() {
    return name;
  }

  @Implementation
  protected void close() {}

  @Implementation
  protected Enumeration<String> entries() {
    return Collections.enumeration(code.names());
  }

  @Implementation
  protected Class<?> loadClass(String name, ClassLoader loader) {
    return loadClassBinaryName(name.replace('/', '.'), loader, null);
  }

  /** The class is this file's, and the loader's from now on: where the loader has it already, that one. */
  @Implementation
  protected Class<?> loadClassBinaryName(String name, ClassLoader loader, List<Throwable> suppressed) {
    try {
      if (loader == null) {
        throw new ClassNotFoundException(name);
      }
      synchronized (loader) {
        Class<?> found = (Class<?>) FIND_LOADED.invoke(loader, name);
        byte[] bytes = found != null || AppLoader.isLab(name) || AppLoader.isFramework(name) ? null : code.find(name);
        if (found == null && bytes == null) {
          throw new ClassNotFoundException(name + " is not in " + this.name);
        }
        return found != null ? found : LabBaseDexClassLoader.define(loader, name, bytes);
      }
    } catch (ReflectiveOperationException e) {
      if (suppressed != null) {
        suppressed.add(e instanceof ClassNotFoundException ? e : new ClassNotFoundException(name, e));
      }
      return null;
    }
  }

  private static Method findLoaded() {
    try {
      Method method = ClassLoader.class.getDeclaredMethod("findLoadedClass", String.class);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  @Implementation
  public String toString() {
    return name;
  }
}
