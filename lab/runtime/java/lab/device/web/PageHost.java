package lab.device.web;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Picture;
import android.net.http.SslCertificate;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.os.Message;
import android.webkit.DownloadListener;
import android.webkit.ValueCallback;
import android.webkit.WebBackForwardList;
import android.webkit.WebChromeClient;
import android.webkit.WebSettings;
import android.webkit.WebView;
import android.webkit.WebViewClient;
import android.webkit.WebViewProvider;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import lab.boot.web.Call;
import lab.boot.web.Resource;

/**
 * What stands behind one WebView: the methods of WebViewProvider, which {@link Delegated} finds by their names, so all
 * of them are public. Cheap until a page is asked for.
 */
public final class PageHost {
  private static final String TOP_BLANK = "about:blank";

  private final WebView view;
  private final Context context;
  private final Clients clients;
  private final LabWebSettings settings;
  private final Bridges bridges = new Bridges();
  private final PageView shown;
  private final Navigation navigation;
  private final WebViewProvider.ViewDelegate viewDelegate;
  private final WebViewProvider.ScrollDelegate scrollDelegate;
  private boolean paused;

  PageHost(WebView view, WebView.PrivateAccess access) {
    this.view = view;
    context = view.getContext();
    clients = new Clients(view);
    settings = new LabWebSettings(context);
    shown = new PageView(view, access, settings);
    navigation = new Navigation(view, clients, settings, bridges, shown);
    viewDelegate = Delegated.to(shown, WebViewProvider.ViewDelegate.class, "android.webkit.WebView");
    scrollDelegate = Delegated.to(shown, WebViewProvider.ScrollDelegate.class, "android.webkit.WebView");
  }

  public void init(Map<String, Object> objects, boolean privateBrowsing) {
    view.setWillNotDraw(false);
    view.setFocusable(true);
    view.setFocusableInTouchMode(true);
    if (objects != null) {
      objects.forEach((name, object) -> bridges.add(object, name));
    }
  }

  public WebViewProvider.ViewDelegate getViewDelegate() {
    return viewDelegate;
  }

  public WebViewProvider.ScrollDelegate getScrollDelegate() {
    return scrollDelegate;
  }

  public void loadUrl(String url) {
    loadUrl(url, null);
  }

  public void loadUrl(String url, Map<String, String> headers) {
    if (url == null) {
      return;
    }
    if (url.regionMatches(true, 0, "javascript:", 0, 11)) {
      evaluateJavaScript(new String(LocalContent.percents(url.substring(11)), StandardCharsets.UTF_8), null);
      return;
    }
    Load load = Load.of(completed(url.trim()));
    if (headers != null) {
      load.call.headers.putAll(headers);
    }
    navigation.start(load);
  }

  /** A bare host name is one of http, as WebView makes it. */
  private static String completed(String url) {
    return url.isEmpty() ? TOP_BLANK : url.matches("(?i)[a-z][a-z0-9+.-]*:.*") ? url : "http://" + url;
  }

  public void postUrl(String url, byte[] data) {
    boolean network = url.startsWith("http:") || url.startsWith("https:");
    Call call = new Call(url, network ? "POST" : "GET", network ? data : null, true);
    if (network) {
      call.headers.put("Content-Type", "application/x-www-form-urlencoded");
    }
    navigation.start(new Load(call, null, null));
  }

  public void loadData(String data, String type, String encoding) {
    String kind = type == null || type.isEmpty() ? "text/html" : type;
    boolean base64 = "base64".equals(encoding);
    String url = "data:" + kind + (base64 ? ";base64," : ",") + (data == null ? "" : data);
    Resource content = null;
    if (!base64) {
      String text = data == null ? "" : data;
      // As a data URL it ends where its fragment begins; its bytes are those of its percents.
      byte[] bytes = LocalContent.percents(text.split("#", 2)[0]);
      content = LocalContent.page(kind.contains("charset") ? kind : kind + "; charset=utf-8", bytes);
    }
    navigation.start(new Load(new Call(url, "GET", null, true), content, null));
  }

  public void loadDataWithBaseURL(String base, String data, String type, String encoding, String history) {
    String kind = type == null || type.isEmpty() ? "text/html" : type;
    String where = base == null || base.isEmpty() ? TOP_BLANK : base;
    byte[] bytes = (data == null ? "" : data).getBytes(StandardCharsets.UTF_8);
    if ("base64".equals(encoding)) {
      bytes = android.util.Base64.decode(bytes, android.util.Base64.DEFAULT);
    }
    Resource content = LocalContent.page(kind.split(";", 2)[0] + "; charset=utf-8", bytes);
    String shownUrl = history == null || history.isEmpty() ? TOP_BLANK : history;
    navigation.start(new Load(new Call(where, "GET", null, true), content, where.startsWith("data:") ? where : shownUrl));
  }

  public void evaluateJavaScript(String script, ValueCallback<String> callback) {
    Handler main = new Handler(Looper.getMainLooper());
    if (!settings.getJavaScriptEnabled()) {
      if (callback != null) {
        main.post(() -> callback.onReceiveValue("null"));
      }
      return;
    }
    navigation.tab().evaluate(
        script == null ? "" : script,
        settings.getUserAgentString(),
        result -> {
          if (callback != null) {
            main.post(() -> callback.onReceiveValue(result));
          }
        });
  }

  public void addJavascriptInterface(Object object, String name) {
    bridges.add(object, name);
  }

  public void removeJavascriptInterface(String name) {
    bridges.remove(name);
  }

  public void stopLoading() {
    navigation.stop();
  }

  public void reload() {
    navigation.reload();
  }

  public boolean canGoBack() {
    return canGoBackOrForward(-1);
  }

  public void goBack() {
    goBackOrForward(-1);
  }

  public boolean canGoForward() {
    return canGoBackOrForward(1);
  }

  public void goForward() {
    goBackOrForward(1);
  }

  public boolean canGoBackOrForward(int steps) {
    return navigation.history().can(steps);
  }

  public void goBackOrForward(int steps) {
    navigation.go(steps);
  }

  public void clearHistory() {
    navigation.history().clear();
  }

  public WebBackForwardList copyBackForwardList() {
    return navigation.history().copy();
  }

  public WebBackForwardList saveState(Bundle out) {
    navigation.history().save(out);
    return copyBackForwardList();
  }

  public WebBackForwardList restoreState(Bundle in) {
    if (!navigation.history().restore(in)) {
      return null;
    }
    navigation.go(0);
    return copyBackForwardList();
  }

  public String getUrl() {
    return navigation.url();
  }

  public String getOriginalUrl() {
    return navigation.originalUrl();
  }

  public String getTitle() {
    return navigation.title();
  }

  public int getProgress() {
    return navigation.progress();
  }

  public SslCertificate getCertificate() {
    return null;
  }

  public Bitmap getFavicon() {
    return null;
  }

  public String getTouchIconUrl() {
    return null;
  }

  /** CSS pixels, as on a phone. */
  public int getContentHeight() {
    return Math.round(shown.height() / shown.density());
  }

  public int getContentWidth() {
    return Math.round(view.getWidth() / shown.density());
  }

  public float getScale() {
    return shown.density();
  }

  public boolean pageUp(boolean top) {
    return shown.page(top ? -shown.height() : -view.getHeight());
  }

  public boolean pageDown(boolean bottom) {
    return shown.page(bottom ? shown.height() : view.getHeight());
  }

  public void flingScroll(int x, int y) {
    shown.fling(y);
  }

  public WebView.HitTestResult getHitTestResult() {
    return shown.hit();
  }

  public Picture capturePicture() {
    Picture picture = new Picture();
    Canvas canvas = picture.beginRecording(view.getWidth(), shown.height());
    shown.onDraw(canvas);
    picture.endRecording();
    return picture;
  }

  public void insertVisualStateCallback(long request, WebView.VisualStateCallback callback) {
    new Handler(Looper.getMainLooper()).post(() -> callback.onComplete(request));
  }

  public void documentHasImages(Message answer) {
    answer.arg1 = shown.hasImages() ? 1 : 0;
    answer.sendToTarget();
  }

  public WebSettings getSettings() {
    return settings;
  }

  public void setWebViewClient(WebViewClient client) {
    clients.page = client;
  }

  public WebViewClient getWebViewClient() {
    return clients.page == null ? new WebViewClient() : clients.page;
  }

  public void setWebChromeClient(WebChromeClient client) {
    clients.chrome = client;
  }

  public WebChromeClient getWebChromeClient() {
    return clients.chrome;
  }

  public void setDownloadListener(DownloadListener listener) {
    clients.downloads = listener;
  }

  public String[] getHttpAuthUsernamePassword(String host, String realm) {
    return null;
  }

  public void destroy() {
    navigation.close();
    shown.destroy();
  }

  public void onPause() {
    paused = true;
  }

  public void onResume() {
    paused = false;
  }

  public boolean isPaused() {
    return paused;
  }

  public boolean isPrivateBrowsingEnabled() {
    return false;
  }

  // What follows is about a renderer, a cache, zooming or overlays that this device has not: nothing is lost.

  public void clearCache(boolean files) {}

  public void clearFormData() {}

  public void clearSslPreferences() {}

  public void clearMatches() {}

  public void clearView() {
    loadUrl(TOP_BLANK);
  }

  public void freeMemory() {}

  public void pauseTimers() {}

  public void resumeTimers() {}

  public void setInitialScale(int percent) {}

  public void invokeZoomPicker() {}

  public boolean canZoomIn() {
    return false;
  }

  public boolean canZoomOut() {
    return false;
  }

  public boolean zoomIn() {
    return false;
  }

  public boolean zoomOut() {
    return false;
  }

  public boolean zoomBy(float factor) {
    return false;
  }

  public void setNetworkAvailable(boolean up) {}

  public void setHorizontalScrollbarOverlay(boolean overlay) {}

  public void setVerticalScrollbarOverlay(boolean overlay) {}

  public boolean overlayHorizontalScrollbar() {
    return true;
  }

  public boolean overlayVerticalScrollbar() {
    return true;
  }

  public int getVisibleTitleHeight() {
    return 0;
  }

  public void setCertificate(SslCertificate certificate) {}

  public void savePassword(String host, String name, String password) {}

  public void setMapTrackballToArrowKeys(boolean map) {}

  public void setRendererPriorityPolicy(int priority, boolean waived) {}

  public int getRendererRequestedPriority() {
    return WebView.RENDERER_PRIORITY_IMPORTANT;
  }

  public boolean getRendererPriorityWaivedWhenNotVisible() {
    return false;
  }

  public void setTextClassifier(android.view.textclassifier.TextClassifier classifier) {}

  public void setFindListener(WebView.FindListener listener) {}

  public void setPictureListener(WebView.PictureListener listener) {}

  public void notifyFindDialogDismissed() {}
}
