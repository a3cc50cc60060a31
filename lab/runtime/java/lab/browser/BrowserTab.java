package lab.browser;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import lab.boot.web.Embedder;
import lab.boot.web.Resource;
import lab.boot.web.Tab;
import org.htmlunit.Page;
import org.htmlunit.ScriptException;
import org.htmlunit.ScriptResult;
import org.htmlunit.WebConsole;
import org.htmlunit.WebRequest;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlOption;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.htmlunit.html.HtmlTextArea;
import org.htmlunit.javascript.JavaScriptErrorListener;

/** A tab on HtmlUnit: its document, its scripts (Rhino), its style sheets. */
public final class BrowserTab implements Tab {
  private static final Logger LOG = Logger.getLogger("org.htmlunit");
  private static final long PAINT_MS = 100;
  /** How long the scripts that run at once after a page's end may take before it counts as loaded. */
  private static final long SETTLE_MS = 300;

  private final Embedder embedder;
  private final ScheduledThreadPoolExecutor thread;
  private final Snapshot snapshot = new Snapshot();
  private final Changes changes = new Changes();
  private final Set<String> told = new HashSet<>();
  private TabClient client;
  private String userAgent = "";
  private HtmlPage page;
  private int load;
  private boolean gesture;
  private int width = 411;
  private int height = 731;

  public BrowserTab(Embedder embedder) {
    LOG.setLevel(Level.OFF);
    this.embedder = embedder;
    ClassLoader own = BrowserTab.class.getClassLoader();
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(null, work, "JavaBridge", 4 << 20);
              made.setDaemon(true);
              made.setContextClassLoader(own);
              return made;
            });
    thread.scheduleWithFixedDelay(guarded(this::paintIfChanged), PAINT_MS, PAINT_MS, TimeUnit.MILLISECONDS);
  }

  private void later(Runnable work) {
    try {
      thread.execute(guarded(work));
    } catch (RejectedExecutionException closed) {
      // The view was destroyed meanwhile: nobody looks at this page any more.
      return;
    }
  }

  /** What a page makes the browser stumble over is the page's console's, and never ends the tab. */
  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | StackOverflowError e) {
        embedder.console("E", "the lab's browser failed: " + e, "", 0);
        unimplemented("a page that its browser fails on: " + e.getClass().getName());
      }
    };
  }

  boolean inGesture() {
    return gesture;
  }

  void unimplemented(String what) {
    if (told.add(what)) {
      embedder.unimplemented(load, what);
    }
  }

  @Override
  public void show(int number, String url, Resource resource, boolean scripts, String agent) {
    later(
        () -> {
          load = number;
          told.clear();
          try {
            prepare(scripts, agent);
            open(url, resource);
            paint();
            if (scripts) {
              client.waitForBackgroundJavaScriptStartingBefore(SETTLE_MS, SETTLE_MS);
              paintIfChanged();
            }
          } finally {
            embedder.loaded(number);
          }
        });
  }

  private void prepare(boolean scripts, String agent) {
    if (client != null && (client.isJavaScriptEnabled() != scripts || !agent.equals(userAgent))) {
      client.close();
      client = null;
    }
    if (client == null) {
      userAgent = agent;
      client = new TabClient(agent, scripts, embedder, this);
      client.setAlertHandler((from, text) -> embedder.alert(TabClient.text(from.getUrl()), text));
      client.setConfirmHandler((from, text) -> embedder.confirm(TabClient.text(from.getUrl()), text));
      client.setPromptHandler((from, text, value) -> embedder.prompt(TabClient.text(from.getUrl()), text, value));
      client.setRefreshHandler((from, to, seconds) -> refresh(to, seconds));
      client.getWebConsole().setLogger(new Console());
      client.setJavaScriptErrorListener(new Errors());
      client.setCssErrorHandler(new org.htmlunit.SilentCssErrorHandler());
    }
    client.getCurrentWindow().setInnerWidth(width);
    client.getCurrentWindow().setInnerHeight(height);
    if (scripts) {
      // Timers run on a thread of HtmlUnit's, which getPage would have started.
      client.getJavaScriptEngine().registerWindowAndMaybeStartEventLoop(client.getCurrentWindow().getTopWindow());
    }
  }

  private void refresh(URL to, int seconds) {
    TabClient from = client;
    int number = load;
    thread.schedule(
        guarded(
            () -> {
              if (from == client && number == load) {
                embedder.navigate(new lab.boot.web.Call(TabClient.text(to), "GET", null, true), false);
              }
            }),
        seconds,
        TimeUnit.SECONDS);
  }

  private void open(String url, Resource resource) {
    try {
      WebRequest request = new WebRequest(address(url));
      Page opened =
          client.loadWebResponseInto(TabClient.response(resource, request, 0), client.getCurrentWindow().getTopWindow());
      page = opened instanceof HtmlPage ? (HtmlPage) opened : null;
      // A script may have replaced the document while it was read.
      Page now = client.getCurrentWindow().getTopWindow().getEnclosedPage();
      if (now instanceof HtmlPage) {
        page = (HtmlPage) now;
      }
    } catch (IOException e) {
      embedder.console("E", "the page could not be read: " + e, url, 0);
      page = null;
    }
    if (page != null) {
      changes.watch(page);
    }
  }

  /** A URL that Java's class can hold; for schemes that it does not know one that nothing is below. */
  private static URL address(String url) {
    try {
      return url.startsWith("about:") || url.startsWith("data:") ? org.htmlunit.util.UrlUtils.URL_ABOUT_BLANK : new URL(url);
    } catch (MalformedURLException e) {
      return org.htmlunit.util.UrlUtils.URL_ABOUT_BLANK;
    }
  }

  private void paintIfChanged() {
    if (page != null && changes.taken()) {
      paint();
    }
  }

  private void paint() {
    if (page == null) {
      return;
    }
    lab.boot.web.Element shown;
    String title;
    synchronized (page) {
      changes.taken();
      shown = snapshot.of(page, width);
      title = page.getTitleText();
    }
    embedder.painted(load, shown, title);
  }

  /** On the tab's thread: something that a person did to an element. */
  private void act(int number, Action action) {
    later(
        () -> {
          DomElement element = snapshot.element(number);
          if (element == null || page == null) {
            return;
          }
          gesture = true;
          try {
            action.on(element);
          } catch (IOException e) {
            embedder.console("E", e.toString(), "", 0);
          } finally {
            gesture = false;
          }
          paint();
        });
  }

  @Override
  public void click(int element) {
    act(element, one -> one.click());
  }

  @Override
  public void type(int element, String text) {
    act(
        element,
        one -> {
          if (one instanceof HtmlInput) {
            ((HtmlInput) one).setValue(text);
          } else if (one instanceof HtmlTextArea) {
            ((HtmlTextArea) one).setText(text);
          }
          one.fireEvent("input");
          one.fireEvent("change");
        });
  }

  @Override
  public void choose(int element, int option) {
    act(
        element,
        one -> {
          HtmlOption chosen = ((HtmlSelect) one).getOption(option);
          ((HtmlSelect) one).setSelectedAttribute(chosen, true);
        });
  }

  @Override
  public void evaluate(String script, String agent, Consumer<String> result) {
    later(
        () -> {
          if (page == null) {
            prepare(true, agent);
            open("about:blank", new Resource(200, "OK", Collections.singletonMap("content-type",
                Collections.singletonList("text/html; charset=utf-8")), new byte[0]));
          }
          result.accept(json(script));
          paintIfChanged();
        });
  }

  private String json(String script) {
    if (page == null || !client.isJavaScriptEnabled()) {
      return "null";
    }
    ScriptResult done =
        page.executeJavaScript("JSON.stringify((0,eval)(" + Bridge.quoted(script) + "))", "evaluateJavascript", 1);
    Object value = done == null ? null : done.getJavaScriptResult();
    return value instanceof CharSequence ? value.toString() : "null";
  }

  @Override
  public void resize(int across, int down) {
    later(
        () -> {
          boolean other = across != width;
          width = across;
          height = down;
          if (client != null && page != null && other) {
            client.getCurrentWindow().setInnerWidth(across);
            client.getCurrentWindow().setInnerHeight(down);
            paint();
          }
        });
  }

  @Override
  public void close() {
    later(
        () -> {
          if (client != null) {
            client.close();
          }
          page = null;
        });
    thread.shutdown();
  }

  /** What a person does to an element. */
  private interface Action {
    void on(DomElement element) throws IOException;
  }

  private final class Console implements WebConsole.Logger {
    @Override
    public boolean isTraceEnabled() {
      return true;
    }

    @Override
    public void trace(Object message) {
      embedder.console("V", String.valueOf(message), "", 0);
    }

    @Override
    public boolean isDebugEnabled() {
      return true;
    }

    @Override
    public void debug(Object message) {
      embedder.console("D", String.valueOf(message), "", 0);
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public void info(Object message) {
      embedder.console("I", String.valueOf(message), "", 0);
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public void warn(Object message) {
      embedder.console("W", String.valueOf(message), "", 0);
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }

    @Override
    public void error(Object message) {
      embedder.console("E", String.valueOf(message), "", 0);
    }
  }

  /** A script that does not compile is one that this engine is too old for more often than a wrong one: a gap. */
  private final class Errors implements JavaScriptErrorListener {
    @Override
    public void scriptException(HtmlPage from, ScriptException error) {
      String message = String.valueOf(error.getMessage());
      String source = from == null ? "" : TabClient.text(from.getUrl());
      embedder.console("E", "Uncaught " + message, source, error.getFailingLineNumber());
      if (error.getCause() instanceof org.htmlunit.corejs.javascript.EvaluatorException) {
        unimplemented("a script that its engine does not understand");
      }
    }

    @Override
    public void timeoutError(HtmlPage from, long allowed, long taken) {
      unimplemented("a script that runs for longer than " + allowed + " ms");
    }

    @Override
    public void malformedScriptURL(HtmlPage from, String url, MalformedURLException error) {
      embedder.console("E", "not the address of a script: " + url, "", 0);
    }

    @Override
    public void loadScriptError(HtmlPage from, URL url, Exception error) {
      embedder.console("E", "Failed to load resource: " + url, "", 0);
    }

    @Override
    public void warn(String message, String source, int line, String text, int offset) {
      embedder.console("W", message, source, line);
    }
  }
}
