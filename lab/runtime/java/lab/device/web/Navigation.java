package lab.device.web;

import android.os.Handler;
import android.os.Looper;
import android.text.TextUtils;
import android.webkit.WebView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import lab.boot.web.BrowserLoader;
import lab.boot.web.Call;
import lab.boot.web.Element;
import lab.boot.web.Embedder;
import lab.boot.web.Resource;
import lab.boot.web.Tab;
import lab.device.DeviceMain;

/**
 * One WebView going from page to page, and what its clients are told, in the order of Chromium's WebView: progress 10,
 * onPageStarted (when the answer is there), title, onPageCommitVisible (when it is drawn), progress 100, onPageFinished.
 */
final class Navigation implements Embedder {
  private static final int STARTED = 10;
  private static final int ARRIVED = 40;
  private static final int DRAWN = 80;
  private static final int DONE = 100;

  private final WebView view;
  private final Clients clients;
  private final LabWebSettings settings;
  private final Bridges bridges;
  private final PageView shown;
  private final Loader loader;
  private final History history = new History();
  private final Handler main = new Handler(Looper.getMainLooper());
  private Tab tab;
  private int number;
  private int committed;
  private int progress = DONE;
  private boolean drawn;
  /** What the clients are told that the page's address is: the base of content that the app gave. */
  private String told = "";
  private boolean closed;
  private volatile String agent = "";

  Navigation(WebView view, Clients clients, LabWebSettings settings, Bridges bridges, PageView shown) {
    this.view = view;
    this.clients = clients;
    this.settings = settings;
    this.bridges = bridges;
    this.shown = shown;
    loader = new Loader(view.getContext(), clients, settings);
    shown.pressed(this::tab);
  }

  History history() {
    return history;
  }

  /** The browser is started with the first page. */
  Tab tab() {
    if (tab == null) {
      agent = settings.getUserAgentString();
      tab = BrowserLoader.open(this);
      shown.resized(tab);
    }
    return tab;
  }

  String url() {
    return history.current() == null ? null : history.current().url;
  }

  String originalUrl() {
    return history.current() == null ? null : history.current().load.call.url;
  }

  String title() {
    return history.current() == null ? "" : history.current().title;
  }

  int progress() {
    return progress;
  }

  void start(Load load) {
    start(load, null, false);
  }

  void reload() {
    History.Entry current = history.current();
    if (current != null) {
      boolean redirected = current.load.given == null && !current.url.equals(current.load.call.url);
      start(redirected ? Load.of(current.url) : current.load, current, true);
    }
  }

  void go(int steps) {
    if (history.can(steps)) {
      History.Entry there = history.at(steps);
      there.load.gesture = false;
      start(there.load, there, false);
    }
  }

  /** `entry`: the place in the history that it goes back to, or null for a new one. */
  private void start(Load load, History.Entry entry, boolean reload) {
    if (closed) {
      return;
    }
    int mine = ++number;
    if (history.current() != null) {
      history.current().scroll = view.getScrollY();
    }
    main.post(
        () -> {
          if (mine == number) {
            progress(STARTED);
          }
        });
    loader.load(
        load,
        new Loader.Outcome() {
          @Override
          public void arrived(Call call, Resource resource) {
            if (mine == number) {
              Navigation.this.arrived(load, call, resource, entry, reload);
            }
          }

          @Override
          public void failed(Call call, Failure failure) {
            if (mine == number) {
              Navigation.this.failed(load, call, failure, entry);
            }
          }

          @Override
          public void cancelled() {
            if (mine == number) {
              progress(DONE);
            }
          }
        });
  }

  private void arrived(Load load, Call call, Resource resource, History.Entry entry, boolean reload) {
    boolean attached = resource.header("content-disposition").toLowerCase(Locale.ROOT).startsWith("attachment");
    String encoding = settings.getDefaultTextEncodingName();
    Resource page = attached || resource.status == 204 ? null : Pages.shown(resource, call.url, encoding);
    if (page == null) {
      if (resource.status != 204) {
        clients.download(call.url, settings.getUserAgentString(), resource);
      }
      progress(DONE);
      return;
    }
    if (resource.status >= 400) {
      clients.httpError(call, resource);
    }
    String url = load.shownUrl != null ? load.shownUrl : call.url;
    commit(load, url, call.url, entry, reload);
    show(call.url, page, settings.getJavaScriptEnabled());
  }

  private void commit(Load load, String url, String heard, History.Entry entry, boolean reload) {
    if (entry == null) {
      boolean same = history.current() != null && history.current().url.equals(url) && load.given == null;
      if (same) {
        history.current().title = "";
      } else {
        history.push(new History.Entry(load, url));
      }
    } else {
      history.moveTo(entry);
      entry.url = url;
    }
    committed = number;
    drawn = false;
    told = heard;
    clients.started(heard);
    clients.visited(heard, reload);
    progress(ARRIVED);
    clients.loading(heard);
  }

  private void show(String base, Resource page, boolean scripts) {
    agent = settings.getUserAgentString();
    tab().show(number, base, page, scripts, agent);
  }

  private void failed(Load load, Call call, Failure failure, History.Entry entry) {
    boolean aborted = "net::ERR_ABORTED".equals(failure.getMessage());
    if (aborted) {
      // A refused certificate: the page before stays, and onPageFinished comes all the same.
      progress(DONE);
      clients.finished(call.url);
      return;
    }
    commit(load, call.url, call.url, entry, false);
    clients.failed(call, failure);
    String url = TextUtils.htmlEncode(call.url);
    String text =
        "<html><head><title>Webpage not available</title></head><body><h2>Webpage not available</h2>"
            + "<p>The webpage at <b>" + url + "</b> could not be loaded because:</p>"
            + "<p>" + failure.getMessage() + "</p></body></html>";
    show("about:blank", LocalContent.page("text/html; charset=utf-8", text.getBytes(StandardCharsets.UTF_8)), false);
  }

  void stop() {
    number++;
    committed = number;
    progress(DONE);
  }

  void close() {
    closed = true;
    number++;
    if (tab != null) {
      tab.close();
    }
  }

  private void progress(int percent) {
    if (progress != percent) {
      progress = percent;
      clients.progress(percent);
    }
  }

  /** On the main thread, if the page that says so is still the one shown. */
  private void later(int load, Runnable work) {
    main.post(
        () -> {
          if (load == committed && load == number && !closed) {
            work.run();
          }
        });
  }

  @Override
  public void painted(int load, Element page, String title) {
    Flow laid = shown.laid(page);
    later(
        load,
        () -> {
          History.Entry current = history.current();
          shown.show(page, laid, drawn ? view.getScrollY() : current.scroll);
          String name = title.isEmpty() ? current.url.replaceFirst("^[a-z]+://", "") : title;
          if (!name.equals(current.title)) {
            current.title = name;
            shown.title(name);
            clients.title(name);
          }
          if (!drawn) {
            drawn = true;
            progress(DRAWN);
            clients.visible(told);
            int hash = current.url.indexOf('#');
            if (hash >= 0 && current.scroll == 0) {
              shown.scrollToId(current.url.substring(hash + 1));
            }
          }
        });
  }

  @Override
  public void loaded(int load) {
    Loader.run(
        () -> {
          if (settings.getLoadsImagesAutomatically() && !settings.getBlockNetworkImage()) {
            shown.images().load(call -> loader.fetch(call, agent, false, true), () -> later(load, shown::refreshed));
          }
          later(
              load,
              () -> {
                progress(DONE);
                clients.finished(told);
              });
        });
  }

  @Override
  public Resource fetch(Call call) throws IOException {
    main.post(() -> clients.loading(call.url));
    return loader.fetch(call, agent, false, true);
  }

  @Override
  public void navigate(Call call, boolean gesture) {
    main.post(
        () -> {
          if (closed) {
            return;
          }
          Load load = new Load(call, null, null);
          load.fromPage = true;
          load.gesture = gesture;
          History.Entry current = history.current();
          if (current != null && current.url.startsWith("http") && call.url.startsWith("http")) {
            call.headers.putIfAbsent("Referer", current.url.split("#", 2)[0]);
          }
          boolean asks = call.method.equals("GET");
          if (!asks || !clients.override(call, false, gesture)) {
            start(load);
          }
        });
  }

  @Override
  public void fragment(String url) {
    main.post(
        () -> {
          History.Entry current = history.current();
          if (current == null || closed) {
            return;
          }
          History.Entry entry = new History.Entry(Load.of(url), url);
          entry.title = current.title;
          current.scroll = view.getScrollY();
          history.push(entry);
          clients.visited(url, false);
          shown.scrollToId(url.substring(url.indexOf('#') + 1));
        });
  }

  @Override
  public void alert(String url, String message) {
    CompletableFuture<String> done = new CompletableFuture<>();
    main.post(() -> Dialogs.alert(view, clients.chrome, url, message, done));
    answer(done);
  }

  @Override
  public boolean confirm(String url, String message) {
    CompletableFuture<String> done = new CompletableFuture<>();
    main.post(() -> Dialogs.confirm(view, clients.chrome, url, message, done));
    return answer(done) != null;
  }

  @Override
  public String prompt(String url, String message, String value) {
    CompletableFuture<String> done = new CompletableFuture<>();
    main.post(() -> Dialogs.prompt(view, clients.chrome, url, message, value == null ? "" : value, done));
    return answer(done);
  }

  private static String answer(CompletableFuture<String> done) {
    try {
      return done.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void console(String level, String text, String source, int line) {
    main.post(() -> clients.console(level, text, source, line));
  }

  @Override
  public void unimplemented(int load, String what) {
    DeviceMain.wire().event("unimplemented", "method", "android.webkit.WebView: " + what);
  }

  @Override
  public Map<String, Set<String>> bridges() {
    return bridges.names();
  }

  @Override
  public Object bridge(String object, String method, Object[] arguments) throws Exception {
    return bridges.call(object, method, arguments);
  }

  @Override
  public String cookies(String url) {
    return LabCookieManager.accepts() ? Cookies.shared().header(url, true) : "";
  }

  @Override
  public void setCookie(String url, String cookie) {
    if (LabCookieManager.accepts()) {
      Cookies.shared().set(url, cookie);
    }
  }
}
