package lab.boot.emulation;

import java.io.File;
import java.net.URL;
import lab.boot.ApartLoader;

/** The class loader of the emulator, unidbg and lab.emulator. Made when the first library is loaded. */
public final class EmulatorLoader extends ApartLoader {
  /** The class path, and the folder of what the emulator itself loads. */
  private static final String CLASSES = System.clearProperty("lab.emulator");

  private static final String LIBRARIES = System.clearProperty("lab.emulator.libraries");
  /** JNA's own, read when its classes are initialised. */
  private static final String[] OF_JNA = {"jna.boot.library.path", "jna.library.path"};

  private EmulatorLoader() {
    super(CLASSES);
  }

  /** To be called before any code of an app, which could set properties of its own. */
  public static void ready() {}

  public static Emulation open(Surroundings around) {
    for (String property : OF_JNA) {
      System.setProperty(property, LIBRARIES);
    }
    EmulatorLoader loader = new EmulatorLoader();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return (Emulation) loader.make("lab.emulator.Machine", Surroundings.class, around);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the emulator did not start", e.getCause() == null ? e : e.getCause());
    } finally {
      thread.setContextClassLoader(before);
      for (String property : OF_JNA) {
        System.clearProperty(property);
      }
    }
  }

  /** The path of one of the libraries that the emulator itself loads. */
  public static String library(String name) {
    return new File(LIBRARIES, System.mapLibraryName(name)).getPath();
  }

  /** JNA looks for libraries among resources, for the system that it believes to be on: what is a file it leaves where it is. */
  @Override
  public URL findResource(String name) {
    File file = new File(LIBRARIES, name.substring(name.lastIndexOf('/') + 1));
    return file.isFile() ? url(file) : super.findResource(name);
  }

  @Override
  protected String findLibrary(String name) {
    String path = library(name);
    return new File(path).isFile() ? path : null;
  }
}
