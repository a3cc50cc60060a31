package lab.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.inject.Named;
import org.robolectric.internal.AndroidSandbox;
import org.robolectric.internal.bytecode.ClassInstrumentor;
import org.robolectric.internal.bytecode.InstrumentationConfiguration;
import org.robolectric.pluginapi.Sdk;

/**
 * The class loader of the framework: a phone's boot class path. Apps have loaders of their own below it.
 *
 * <p>Class files of the framework come from its jar, instrumented already, through one open zip
 * file rather than a URL for each class. Everything else (shadows, lab.device) comes from the plain class
 * path.
 */
public class FrameworkLoader extends AndroidSandbox.SdkSandboxClassLoader {
  /** OpenGL's interfaces, which are the framework's although Robolectric leaves all of javax to the JVM. */
  private static final String GRAPHICS = "javax.microedition.khronos.";

  private final ZipFile framework;

  public FrameworkLoader(
      InstrumentationConfiguration config,
      @Named("runtimeSdk") Sdk runtimeSdk,
      ClassInstrumentor classInstrumentor)
      throws IOException {
    super(config, runtimeSdk, classInstrumentor);
    framework = new ZipFile(runtimeSdk.getJarPath().toFile());
  }

  /** Array types by their name too, which ClassLoader.loadClass on a phone takes and the JVM's does not. */
  @Override
  public Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.charAt(0) == '[') {
      return Class.forName(name.replace('/', '.'), false, this);
    }
    if (name.startsWith(GRAPHICS)) {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
    }
    return super.loadClass(name, resolve);
  }

  @Override
  protected byte[] getByteCode(String className) throws ClassNotFoundException {
    String name = className.replace('.', '/') + ".class";
    try {
      ZipEntry entry = framework.getEntry(name);
      if (entry != null) {
        try (InputStream in = framework.getInputStream(entry)) {
          byte[] bytes = in.readAllBytes();
          return className.startsWith(NativeBodies.PACKAGE) ? NativeBodies.fill(bytes) : bytes;
        }
      }
      URL url = ClassLoader.getSystemResource(name);
      if (url == null) {
        throw new ClassNotFoundException(className);
      }
      try (InputStream in = url.openStream()) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new ClassNotFoundException(className, e);
    }
  }

  /** The framework's own entry of that name, whatever else is on the class path; null if none. */
  public URL frameworkResource(String name) {
    return framework.getEntry(name) == null ? null : super.getResource(name);
  }

}
