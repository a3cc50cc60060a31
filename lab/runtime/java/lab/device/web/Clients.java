package lab.device.web;

import android.content.ActivityNotFoundException;
import android.content.Context;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.net.http.SslError;
import android.webkit.ConsoleMessage;
import android.webkit.DownloadListener;
import android.webkit.SslErrorHandler;
import android.webkit.WebChromeClient;
import android.webkit.WebResourceError;
import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;
import android.webkit.WebView;
import android.webkit.WebViewClient;
import java.io.ByteArrayInputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import lab.boot.web.Call;
import lab.boot.web.Resource;
import lab.device.DeviceMain;

/** The app's clients of one WebView, and how they are told. All on the main thread but {@link #intercept}. */
final class Clients {
  final WebView view;
  volatile WebViewClient page;
  WebChromeClient chrome;
  DownloadListener downloads;

  Clients(WebView view) {
    this.view = view;
  }

  /** True when the app takes the navigation over, or when it has left the app. */
  boolean override(Call call, boolean redirect, boolean gesture) {
    if (page != null) {
      return page.shouldOverrideUrlLoading(view, request(call, redirect, gesture));
    }
    // Without a client a phone hands a link over to whatever app opens such addresses.
    boolean blank = call.url.startsWith("about:") || call.url.startsWith("data:");
    return !blank && (gesture || redirect) && elsewhere(view.getContext(), call.url);
  }

  private static boolean elsewhere(Context context, String url) {
    Intent intent = new Intent(Intent.ACTION_VIEW, Uri.parse(url)).addCategory(Intent.CATEGORY_BROWSABLE);
    intent.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK);
    try {
      context.startActivity(intent);
      return true;
    } catch (ActivityNotFoundException e) {
      DeviceMain.log("W", "cr_AwContentsClient", "No application can handle " + url);
      return false;
    }
  }

  void started(String url) {
    if (page != null) {
      page.onPageStarted(view, url, (Bitmap) null);
    }
  }

  void visited(String url, boolean reload) {
    if (page != null) {
      page.doUpdateVisitedHistory(view, url, reload);
    }
  }

  void visible(String url) {
    if (page != null) {
      page.onPageCommitVisible(view, url);
    }
  }

  void finished(String url) {
    if (page != null) {
      page.onPageFinished(view, url);
    }
  }

  void scaled(float from, float to) {
    if (page != null) {
      page.onScaleChanged(view, from, to);
    }
  }

  void loading(String url) {
    if (page != null) {
      page.onLoadResource(view, url);
    }
  }

  void failed(Call call, Failure failure) {
    if (page != null) {
      page.onReceivedError(
          view,
          request(call, false, false),
          new WebResourceError() {
            @Override
            public int getErrorCode() {
              return failure.code;
            }

            @Override
            public CharSequence getDescription() {
              return failure.getMessage();
            }
          });
    }
  }

  void httpError(Call call, Resource resource) {
    if (page != null) {
      page.onReceivedHttpError(view, request(call, false, false), response(resource));
    }
  }

  /** `decided` gets whether to go on; once. Without a client, and with one that does nothing about it, no. */
  void certificate(SslError error, Consumer<Boolean> decided) {
    if (page == null) {
      decided.accept(false);
      return;
    }
    page.onReceivedSslError(
        view,
        new SslErrorHandler() {
          private boolean done;

          @Override
          public void proceed() {
            decide(true);
          }

          @Override
          public void cancel() {
            decide(false);
          }

          private void decide(boolean go) {
            if (!done) {
              done = true;
              decided.accept(go);
            }
          }
        },
        error);
  }

  /** What the app answers in the network's place, or null. On whatever thread fetches. */
  WebResourceResponse intercept(Call call, boolean gesture) {
    WebViewClient now = page;
    return now == null ? null : now.shouldInterceptRequest(view, request(call, false, gesture));
  }

  void progress(int percent) {
    if (chrome != null) {
      chrome.onProgressChanged(view, percent);
    }
  }

  void title(String title) {
    if (chrome != null) {
      chrome.onReceivedTitle(view, title);
    }
  }

  void console(String level, String text, String source, int line) {
    ConsoleMessage.MessageLevel severity =
        level.equals("E") ? ConsoleMessage.MessageLevel.ERROR
            : level.equals("W") ? ConsoleMessage.MessageLevel.WARNING
                : level.equals("D") || level.equals("V") ? ConsoleMessage.MessageLevel.DEBUG : ConsoleMessage.MessageLevel.LOG;
    boolean taken = chrome != null && chrome.onConsoleMessage(new ConsoleMessage(text, source, line, severity));
    if (!taken) {
      DeviceMain.log("I", "chromium", "[INFO:CONSOLE(" + line + ")] \"" + text + "\", source: " + source + " (" + line + ")");
    }
  }

  /** True when somebody takes the download; nothing is downloaded without. */
  boolean download(String url, String userAgent, Resource resource) {
    if (downloads == null) {
      return false;
    }
    downloads.onDownloadStart(url, userAgent, resource.header("content-disposition"), resource.type(), resource.content.length);
    return true;
  }

  private static WebResourceResponse response(Resource resource) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> header : resource.headers.entrySet()) {
      headers.put(header.getKey(), String.join(", ", header.getValue()));
    }
    String charset = resource.charset().isEmpty() ? null : resource.charset();
    return new WebResourceResponse(
        resource.type(), charset, resource.status, resource.reason, headers, new ByteArrayInputStream(resource.content));
  }

  private static WebResourceRequest request(Call call, boolean redirect, boolean gesture) {
    Map<String, String> headers = Collections.unmodifiableMap(new LinkedHashMap<>(call.headers));
    return new WebResourceRequest() {
      @Override
      public Uri getUrl() {
        return Uri.parse(call.url);
      }

      @Override
      public boolean isForMainFrame() {
        return call.mainFrame;
      }

      @Override
      public boolean isRedirect() {
        return redirect;
      }

      @Override
      public boolean hasGesture() {
        return gesture;
      }

      @Override
      public String getMethod() {
        return call.method;
      }

      @Override
      public Map<String, String> getRequestHeaders() {
        return headers;
      }
    };
  }
}
