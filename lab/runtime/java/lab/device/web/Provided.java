package lab.device.web;

import android.content.ContentResolver;
import android.webkit.ServiceWorkerClient;
import android.webkit.ServiceWorkerController;
import android.webkit.ServiceWorkerWebSettings;
import android.webkit.TracingConfig;
import android.webkit.TracingController;
import android.webkit.WebIconDatabase;
import android.webkit.WebSettings;
import android.webkit.WebViewDatabase;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What a phone's WebView package has one of and an app may set up before any page: here each keeps what it is told, and
 * no page of the lab device comes to use it.
 */
final class Provided {
  private Provided() {}

  /** No service worker runs, so the client is never asked. */
  static final class Workers extends ServiceWorkerController {
    private final ServiceWorkerWebSettings settings = new WorkerSettings();

    @Override
    public ServiceWorkerWebSettings getServiceWorkerWebSettings() {
      return settings;
    }

    @Override
    public void setServiceWorkerClient(ServiceWorkerClient client) {}
  }

  private static final class WorkerSettings extends ServiceWorkerWebSettings {
    private volatile int cacheMode = WebSettings.LOAD_DEFAULT;
    private volatile boolean content = true;
    private volatile boolean files;
    private volatile boolean blocked;

    @Override
    public void setCacheMode(int mode) {
      cacheMode = mode;
    }

    @Override
    public int getCacheMode() {
      return cacheMode;
    }

    @Override
    public void setAllowContentAccess(boolean allowed) {
      content = allowed;
    }

    @Override
    public boolean getAllowContentAccess() {
      return content;
    }

    @Override
    public void setAllowFileAccess(boolean allowed) {
      files = allowed;
    }

    @Override
    public boolean getAllowFileAccess() {
      return files;
    }

    @Override
    public void setBlockNetworkLoads(boolean block) {
      blocked = block;
    }

    @Override
    public boolean getBlockNetworkLoads() {
      return blocked;
    }
  }

  /** Passwords for HTTP authentication that the app saved; of forms a WebView keeps none. */
  static final class Logins extends WebViewDatabase {
    private final Map<String, String[]> saved = new ConcurrentHashMap<>();

    @Override
    public boolean hasUsernamePassword() {
      return false;
    }

    @Override
    public void clearUsernamePassword() {}

    @Override
    public boolean hasHttpAuthUsernamePassword() {
      return !saved.isEmpty();
    }

    @Override
    public void clearHttpAuthUsernamePassword() {
      saved.clear();
    }

    @Override
    public void setHttpAuthUsernamePassword(String host, String realm, String name, String password) {
      if (host != null && realm != null) {
        saved.put(host + "\n" + realm, new String[] {name, password});
      }
    }

    @Override
    public String[] getHttpAuthUsernamePassword(String host, String realm) {
      String[] found = saved.get(host + "\n" + realm);
      return found == null ? null : found.clone();
    }

    @Override
    public boolean hasFormData() {
      return false;
    }

    @Override
    public void clearFormData() {}
  }

  /** As on a phone since Android 4.3: it keeps no icons. */
  static final class Icons extends WebIconDatabase {
    @Override
    public void open(String path) {}

    @Override
    public void close() {}

    @Override
    public void removeAllIcons() {}

    @Override
    public void requestIconForPageUrl(String url, IconListener listener) {}

    @Override
    public void bulkRequestIconForPageUrl(ContentResolver resolver, String where, IconListener listener) {}

    @Override
    public void retainIconForPageUrl(String url) {}

    @Override
    public void releaseIconForPageUrl(String url) {}
  }

  /** A trace of the lab's pages is empty. */
  static final class Traces extends TracingController {
    private boolean tracing;

    @Override
    public synchronized void start(TracingConfig config) {
      if (config == null) {
        throw new IllegalArgumentException("TracingConfig cannot be null");
      }
      if (tracing) {
        throw new IllegalStateException("TracingController is already tracing");
      }
      tracing = true;
    }

    @Override
    public synchronized boolean stop(OutputStream output, Executor executor) {
      boolean was = tracing;
      tracing = false;
      if (was && output != null) {
        executor.execute(() -> close(output));
      }
      return was;
    }

    private static void close(OutputStream output) {
      try {
        output.close();
      } catch (java.io.IOException gone) {
        // The app hears nothing of this on a phone either.
      }
    }

    @Override
    public synchronized boolean isTracing() {
      return tracing;
    }
  }
}
