package lab.boot.web;

import lab.boot.ApartLoader;

/** The class loader of the browser, HtmlUnit and lab.browser. Made when the first page is loaded. */
public final class BrowserLoader extends ApartLoader {
  private static BrowserLoader loader;

  private BrowserLoader(String classPath) {
    super(classPath);
  }

  /** A new tab; `lab.browser` names the class path of the browser. */
  public static synchronized Tab open(Embedder embedder) {
    try {
      if (loader == null) {
        loader = new BrowserLoader(System.getProperty("lab.browser"));
      }
      return (Tab) loader.make("lab.browser.BrowserTab", Embedder.class, embedder);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the browser did not start", e);
    }
  }
}
