package lab.device.web;

import android.content.Context;
import android.content.Intent;
import android.net.Uri;
import android.os.Handler;
import android.os.Looper;
import android.webkit.CookieManager;
import android.webkit.GeolocationPermissions;
import android.webkit.ServiceWorkerController;
import android.webkit.TracingController;
import android.webkit.ValueCallback;
import android.webkit.WebIconDatabase;
import android.webkit.WebStorage;
import android.webkit.WebView;
import android.webkit.WebViewDatabase;
import android.webkit.WebViewFactoryProvider;
import android.webkit.WebViewProvider;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The WebView package of the lab device: WebViewFactoryProvider and its Statics, found by {@link Delegated}. */
public final class Provider {
  private static WebViewFactoryProvider shared;

  private final CookieManager cookies = new LabCookieManager();
  private final ServiceWorkerController workers = new Provided.Workers();
  private final TracingController traces = new Provided.Traces();
  private final WebIconDatabase icons = new Provided.Icons();
  private final WebViewDatabase logins = new Provided.Logins();
  private final WebViewFactoryProvider.Statics statics =
      Delegated.to(new Statics(), WebViewFactoryProvider.Statics.class, "android.webkit.WebView");

  private Provider() {}

  public static synchronized WebViewFactoryProvider shared() {
    if (shared == null) {
      shared = Delegated.to(new Provider(), WebViewFactoryProvider.class, "android.webkit.WebViewFactoryProvider");
    }
    return shared;
  }

  public WebViewFactoryProvider.Statics getStatics() {
    return statics;
  }

  public WebViewProvider createWebView(WebView view, WebView.PrivateAccess access) {
    return Delegated.to(new PageHost(view, access), WebViewProvider.class, "android.webkit.WebView");
  }

  public CookieManager getCookieManager() {
    return cookies;
  }

  public GeolocationPermissions getGeolocationPermissions() {
    return new NoPlaces();
  }

  public WebStorage getWebStorage() {
    return new NoStorage();
  }

  public ServiceWorkerController getServiceWorkerController() {
    return workers;
  }

  public TracingController getTracingController() {
    return traces;
  }

  public WebIconDatabase getWebIconDatabase() {
    return icons;
  }

  public WebViewDatabase getWebViewDatabase(Context context) {
    return logins;
  }

  public ClassLoader getWebViewClassLoader() {
    return Provider.class.getClassLoader();
  }

  /** No page of the lab device asks where it is, so none has been answered. */
  private static final class NoPlaces extends GeolocationPermissions {
    @Override
    public void getOrigins(ValueCallback<Set<String>> callback) {
      later(callback, Collections.emptySet());
    }

    @Override
    public void getAllowed(String origin, ValueCallback<Boolean> callback) {
      later(callback, false);
    }

    @Override
    public void clear(String origin) {}

    @Override
    public void allow(String origin) {}

    @Override
    public void clearAll() {}
  }

  /** What pages store ends with their WebView. */
  @SuppressWarnings("rawtypes")
  private static final class NoStorage extends WebStorage {
    @Override
    public void getOrigins(ValueCallback<Map> callback) {
      later(callback, Collections.emptyMap());
    }

    @Override
    public void getUsageForOrigin(String origin, ValueCallback<Long> callback) {
      later(callback, 0L);
    }

    @Override
    public void getQuotaForOrigin(String origin, ValueCallback<Long> callback) {
      later(callback, 0L);
    }

    @Override
    public void deleteOrigin(String origin) {}

    @Override
    public void deleteAllData() {}
  }

  private static <T> void later(ValueCallback<T> callback, T value) {
    if (callback != null) {
      new Handler(Looper.getMainLooper()).post(() -> callback.onReceiveValue(value));
    }
  }

  /** The static methods of WebView. */
  public static final class Statics {
    public String getDefaultUserAgent(Context context) {
      return LabWebSettings.defaultUserAgent();
    }

    public String findAddress(String text) {
      return null;
    }

    public void freeMemoryForTests() {}

    public void setWebContentsDebuggingEnabled(boolean enabled) {}

    public void clearClientCertPreferences(Runnable done) {
      if (done != null) {
        new Handler(Looper.getMainLooper()).post(done);
      }
    }

    public void enableSlowWholeDocumentDraw() {}

    public Uri[] parseFileChooserResult(int result, Intent intent) {
      boolean chosen = result == android.app.Activity.RESULT_OK && intent != null && intent.getData() != null;
      return chosen ? new Uri[] {intent.getData()} : null;
    }

    public void initSafeBrowsing(Context context, ValueCallback<Boolean> callback) {
      later(callback, false);
    }

    public void setSafeBrowsingWhitelist(List<String> hosts, ValueCallback<Boolean> callback) {
      later(callback, true);
    }

    public Uri getSafeBrowsingPrivacyPolicyUrl() {
      return Uri.parse("https://safebrowsing.example/privacy");
    }
  }
}
