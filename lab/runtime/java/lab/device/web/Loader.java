package lab.device.web;

import android.content.Context;
import android.net.http.SslError;
import android.os.Handler;
import android.os.Looper;
import android.webkit.WebResourceResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import lab.boot.web.Call;
import lab.boot.web.Resource;

/** Brings what a page consists of: from the app that intercepts it, from the device, from the network. */
final class Loader {
  private static final int REDIRECTS = 20;
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread made = new Thread(work, "ThreadPoolForeg");
            made.setDaemon(true);
            return made;
          });

  /** What becomes of a load; on the main thread. */
  interface Outcome {
    void arrived(Call call, Resource resource);

    void failed(Call call, Failure failure);

    /** The app took it over, or nobody wants it any more. */
    void cancelled();
  }

  private final Context context;
  private final Clients clients;
  private final LabWebSettings settings;
  private final Handler main = new Handler(Looper.getMainLooper());

  Loader(Context context, Clients clients, LabWebSettings settings) {
    this.context = context;
    this.clients = clients;
    this.settings = settings;
  }

  static void run(Runnable work) {
    THREADS.execute(work);
  }

  void load(Load load, Outcome outcome) {
    if (load.given != null) {
      main.post(() -> outcome.arrived(load.call, load.given));
      return;
    }
    String agent = settings.getUserAgentString();
    run(() -> follow(load, agent, outcome));
  }

  private void follow(Load load, String agent, Outcome outcome) {
    Call call = load.call;
    try {
      for (int i = 0; i < REDIRECTS; i++) {
        Resource resource = fetch(call, agent, load.gesture && i == 0, i == 0);
        Call next = redirected(call, resource);
        if (next == null) {
          Call last = call;
          main.post(() -> outcome.arrived(last, resource));
          return;
        }
        call = next;
        Call asked = call;
        if (onMain(() -> clients.override(asked, true, load.gesture))) {
          main.post(outcome::cancelled);
          return;
        }
      }
      throw new Failure(android.webkit.WebViewClient.ERROR_REDIRECT_LOOP, "ERR_TOO_MANY_REDIRECTS", null);
    } catch (IOException e) {
      Failure failure = Failure.of(e);
      Call last = call;
      main.post(() -> outcome.failed(last, failure));
    }
  }

  /** One resource of a page, for whichever thread wants it; redirects come back as they are. */
  Resource fetch(Call call, String agent, boolean gesture, boolean intercept) throws IOException {
    WebResourceResponse own = intercept ? clients.intercept(call, gesture) : null;
    if (own != null && own.getData() != null) {
      return given(own);
    }
    if (LocalContent.is(call.url)) {
      return LocalContent.read(context, call.url, settings.getAllowFileAccess());
    }
    String scheme = LocalContent.scheme(call.url);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new Failure(android.webkit.WebViewClient.ERROR_UNSUPPORTED_SCHEME, "ERR_UNKNOWN_URL_SCHEME", null);
    }
    if (settings.getBlockNetworkLoads()) {
      throw new Failure(android.webkit.WebViewClient.ERROR_UNKNOWN, "ERR_CACHE_MISS", null);
    }
    if (scheme.equals("http") && !LabWebSettings.cleartextAllowed(call.url)) {
      throw new Failure(android.webkit.WebViewClient.ERROR_UNKNOWN, "ERR_CLEARTEXT_NOT_PERMITTED", null);
    }
    return fromNetwork(call, agent);
  }

  private Resource fromNetwork(Call call, String agent) throws IOException {
    String language = context.getResources().getConfiguration().getLocales().get(0).toLanguageTag() + ",en-US;q=0.9";
    try {
      return Fetcher.shared().fetch(call, agent, language);
    } catch (Failure failure) {
      if (failure.certificate == null) {
        throw failure;
      }
      if (!call.mainFrame || !allowed(failure.certificate)) {
        throw new Failure(failure.code, call.mainFrame ? "ERR_ABORTED" : failure.getMessage(), null);
      }
      String host = URI.create(Fetcher.escaped(call.url)).getHost();
      Fetcher.shared().certificates().allow(host, failure.certificate.getCertificate());
      return Fetcher.shared().fetch(call, agent, language);
    }
  }

  private boolean allowed(SslError error) throws IOException {
    CompletableFuture<Boolean> decided = new CompletableFuture<>();
    main.post(() -> clients.certificate(error, decided::complete));
    return wait(decided);
  }

  private boolean onMain(java.util.concurrent.Callable<Boolean> question) throws IOException {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    main.post(
        () -> {
          try {
            answer.complete(question.call());
          } catch (RuntimeException | Error e) {
            answer.complete(false);
            throw e;
          } catch (Exception e) {
            answer.complete(false);
            throw new IllegalStateException(e);
          }
        });
    return wait(answer);
  }

  private static boolean wait(CompletableFuture<Boolean> answer) throws IOException {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
  }

  private static Call redirected(Call call, Resource resource) {
    String there = resource.header("location");
    boolean moved = resource.status == 301 || resource.status == 302 || resource.status == 303 || resource.status == 307
        || resource.status == 308;
    if (!moved || there.isEmpty()) {
      return null;
    }
    String url;
    try {
      url = URI.create(Fetcher.escaped(call.url)).resolve(Fetcher.escaped(there)).toString();
    } catch (IllegalArgumentException e) {
      return null;
    }
    boolean same = resource.status >= 307;
    Call next = new Call(url, same ? call.method : "GET", same ? call.body : null, call.mainFrame);
    if (sameOrigin(call.url, url)) {
      next.headers.putAll(call.headers);
    }
    if (!same) {
      next.headers.keySet().removeIf(name -> name.equalsIgnoreCase("content-type"));
    }
    return next;
  }

  /** Headers that an app added are for the place it named, as in Chromium. */
  private static boolean sameOrigin(String one, String other) {
    URI from = URI.create(Fetcher.escaped(one));
    URI to = URI.create(Fetcher.escaped(other));
    return from.getPort() == to.getPort()
        && String.valueOf(from.getScheme()).equalsIgnoreCase(String.valueOf(to.getScheme()))
        && String.valueOf(from.getHost()).equalsIgnoreCase(String.valueOf(to.getHost()));
  }

  private static Resource given(WebResourceResponse own) throws IOException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    if (own.getResponseHeaders() != null) {
      own.getResponseHeaders()
          .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), Collections.singletonList(value)));
    }
    if (own.getMimeType() != null) {
      String charset = own.getEncoding() == null ? "" : "; charset=" + own.getEncoding();
      headers.put("content-type", Collections.singletonList(own.getMimeType() + charset));
    }
    int status = own.getStatusCode() == 0 ? 200 : own.getStatusCode();
    String reason = own.getReasonPhrase() == null ? "OK" : own.getReasonPhrase();
    try (InputStream in = own.getData()) {
      return new Resource(status, reason, headers, in.readAllBytes());
    }
  }
}
