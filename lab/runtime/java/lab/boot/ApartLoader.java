package lab.boot;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/**
 * A class loader below the JRE's classes and none else, so that neither apps nor the framework see what it has, and it sees nothing of
 * theirs. What both sides speak with each other (lab.boot) is loaded once, by the system's loader.
 */
public abstract class ApartLoader extends URLClassLoader {
  protected ApartLoader(String classPath) {
    super(urls(classPath), ClassLoader.getPlatformClassLoader());
  }

  /** A new object of one of its classes, whose constructor takes an `argument` of this type. */
  protected final <T> Object make(String name, Class<T> type, T argument) throws ReflectiveOperationException {
    return loadClass(name).getConstructor(type).newInstance(argument);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    return name.startsWith("lab.boot.")
        ? ApartLoader.class.getClassLoader().loadClass(name)
        : super.loadClass(name, resolve);
  }

  private static URL[] urls(String classPath) {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      urls.add(url(new File(entry)));
    }
    return urls.toArray(new URL[0]);
  }

  protected static URL url(File file) {
    try {
      return file.toURI().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
