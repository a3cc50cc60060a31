package lab.boot.web;

import java.util.function.Consumer;

/**
 * One page after the other, with their scripts: the browser seen from the device. Everything is done on a
 * thread of the tab's own, and every method comes back at once.
 */
public interface Tab {
  /** Parses and runs `resource` as the page of `url`. `load` comes back in what the embedder is told of it. */
  void show(int load, String url, Resource resource, boolean scripts, String userAgent);

  /** Presses an element. */
  void click(int element);

  /** What a person typed into a field: all of it. */
  void type(int element, String text);

  void choose(int element, int option);

  /** Runs a script; what it gives arrives as JSON, "null" where it has none or failed. Before any page: on an empty one. */
  void evaluate(String script, String userAgent, Consumer<String> result);

  /** Of the window, in CSS pixels. */
  void resize(int width, int height);

  /** Ends the thread and all timers. */
  void close();
}
