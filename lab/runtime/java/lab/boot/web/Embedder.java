package lab.boot.web;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** What a tab asks of the device and tells it. All from the tab's threads, never the main one; asks may block. */
public interface Embedder {
  Resource fetch(Call call) throws IOException;

  /** The page wants to go elsewhere: a link, a form, a script. */
  void navigate(Call call, boolean gesture);

  /** The page went to another place in itself. */
  void fragment(String url);

  /** The page looks like this from now on. */
  void painted(int load, Element page, String title);

  /** Everything of the page is here, and its scripts have run. */
  void loaded(int load);

  void alert(String url, String message);

  boolean confirm(String url, String message);

  /** Null if cancelled. */
  String prompt(String url, String message, String value);

  /** A line of the page's console. `level` is a priority of the log: V, D, I, W, E. */
  void console(String level, String text, String source, int line);

  /** Something of the page that this browser cannot do; told once for each page. */
  void unimplemented(int load, String what);

  /** The objects that a page gets from the app, and their methods. */
  Map<String, Set<String>> bridges();

  Object bridge(String object, String method, Object[] arguments) throws Exception;

  /** As in the Cookie header, or "". */
  String cookies(String url);

  void setCookie(String url, String cookie);
}
