package lab.device.shadows;

import dalvik.system.DexFile;
import java.io.File;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import lab.device.LoadedCode;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadows.ShadowDexFile;

/** A dex file as apps list its classes, or load one through a loader of theirs. */
@Implements(DexFile.class)
public class LabDexFile extends ShadowDexFile {
  @RealObject private DexFile file;
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

  @Implementation
  protected Class<?> loadClassBinaryName(String name, ClassLoader loader, List<Throwable> suppressed) {
    try {
      return loader.loadClass(name);
    } catch (ClassNotFoundException e) {
      if (suppressed != null) {
        suppressed.add(e);
      }
      return null;
    }
  }

  @Override
  @Implementation
  public String toString() {
    return name;
  }
}
