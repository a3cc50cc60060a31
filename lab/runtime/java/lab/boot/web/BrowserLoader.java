package lab.boot.web;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/**
 * The class loader of the browser, HtmlUnit and lab.browser: below the JRE's classes and none else, so that neither
 * apps nor the framework see it, and it sees nothing of theirs. Made when the first page is loaded.
 */
public final class BrowserLoader extends URLClassLoader {
  private static BrowserLoader loader;

  private BrowserLoader(URL[] urls) {
    super(urls, ClassLoader.getPlatformClassLoader());
  }

  /** A new tab; `lab.browser` names the class path of the browser. */
  public static synchronized Tab open(Embedder embedder) {
    try {
      if (loader == null) {
        loader = new BrowserLoader(urls(System.getProperty("lab.browser")));
      }
      return (Tab) loader.loadClass("lab.browser.BrowserTab").getConstructor(Embedder.class).newInstance(embedder);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the browser did not start", e);
    }
  }

  /** What both sides speak with each other is loaded once, by the system's loader. */
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    return name.startsWith("lab.boot.")
        ? BrowserLoader.class.getClassLoader().loadClass(name)
        : super.loadClass(name, resolve);
  }

  private static URL[] urls(String classPath) {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      try {
        urls.add(new File(entry).toURI().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalStateException(e);
      }
    }
    return urls.toArray(new URL[0]);
  }
}
