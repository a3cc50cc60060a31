package example.pages;

import android.app.Activity;
import android.graphics.Bitmap;
import android.net.http.SslError;
import android.os.Bundle;
import android.util.Log;
import android.view.View;
import android.webkit.CookieManager;
import android.webkit.DownloadListener;
import android.webkit.JavascriptInterface;
import android.webkit.JsResult;
import android.webkit.ServiceWorkerClient;
import android.webkit.ServiceWorkerController;
import android.webkit.SslErrorHandler;
import android.webkit.ValueCallback;
import android.webkit.WebChromeClient;
import android.webkit.WebIconDatabase;
import android.webkit.WebResourceError;
import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;
import android.webkit.WebView;
import android.webkit.WebViewClient;
import android.webkit.WebViewDatabase;
import android.widget.TextView;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.util.Collections;

/** Does what the field says when the button is pressed: a word and, after a space, its object. */
public final class MainActivity extends Activity implements View.OnClickListener {
    private WebView web;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.main);
        web = findViewById(R.id.web);
        web.setWebViewClient(new Pages());
        web.setWebChromeClient(new Chrome());
        web.setDownloadListener(new DownloadListener() {
            @Override
            public void onDownloadStart(String url, String agent, String disposition, String type, long length) {
                say("download " + type + " " + length);
            }
        });
        findViewById(R.id.go).setOnClickListener(this);
        say("default " + web.getSettings().getJavaScriptEnabled() + " " + web.getUrl() + " " + web.canGoBack());
    }

    static void say(String text) {
        Log.i("Probe", text);
    }

    @Override
    public void onClick(View view) {
        String order = ((TextView) findViewById(R.id.order)).getText().toString();
        String word = order.split(" ", 2)[0];
        String object = order.contains(" ") ? order.split(" ", 2)[1] : "";
        if (word.equals("load")) {
            web.loadUrl(object);
        } else if (word.equals("headers")) {
            web.loadUrl(object, Collections.singletonMap("X-Lab", "yes"));
        } else if (word.equals("post")) {
            web.postUrl(object, "a=1&b=2".getBytes(Charset.forName("UTF-8")));
        } else if (word.equals("data")) {
            web.loadData(object, "text/html", "utf-8");
        } else if (word.equals("base")) {
            web.loadDataWithBaseURL("file:///android_asset/", object, "text/html", "utf-8", null);
        } else if (word.equals("script")) {
            web.getSettings().setJavaScriptEnabled(object.equals("on"));
        } else if (word.equals("bridge")) {
            web.addJavascriptInterface(new Bridge(), "lab");
        } else if (word.equals("evaluate")) {
            web.evaluateJavascript(object, new ValueCallback<String>() {
                @Override
                public void onReceiveValue(String value) {
                    say("value " + value);
                }
            });
        } else if (word.equals("back")) {
            web.goBack();
        } else if (word.equals("reload")) {
            web.reload();
        } else if (word.equals("facts")) {
            say("facts " + web.getUrl() + " | " + web.getTitle() + " | " + web.getProgress() + " | " + web.canGoBack()
                + " | " + web.copyBackForwardList().getSize());
        } else if (word.equals("scroll")) {
            web.pageDown(true);
            say("scrolled " + (web.getScrollY() + web.getHeight() >= web.getContentHeight() * web.getScale() - 2));
        } else if (word.equals("cookie")) {
            say("cookie " + CookieManager.getInstance().getCookie(object));
        } else if (word.equals("statics")) {
            WebView.setWebContentsDebuggingEnabled(true);
            WebView.enableSlowWholeDocumentDraw();
            WebView.clearClientCertPreferences(null);
            WebView.setDataDirectorySuffix("other");
            say("provided " + provided());
            say("package " + WebView.getCurrentWebViewPackage().packageName + " " + WebView.getCurrentWebViewPackage().versionName);
            new WebView(getApplicationContext()).destroy();
            say("application " + new WebView(getApplicationContext()).getSettings().getUserAgentString());
        }
    }

    /** What the WebView package has one of: set up, and asked for it again. */
    @SuppressWarnings("deprecation")
    private String provided() {
        ServiceWorkerController workers = ServiceWorkerController.getInstance();
        workers.setServiceWorkerClient(new ServiceWorkerClient());
        workers.getServiceWorkerWebSettings().setBlockNetworkLoads(true);
        WebViewDatabase logins = WebViewDatabase.getInstance(this);
        logins.clearFormData();
        logins.setHttpAuthUsernamePassword("policy.example", "all", "a", "b");
        WebIconDatabase.getInstance().open(getCacheDir().getPath());
        return ServiceWorkerController.getInstance().getServiceWorkerWebSettings().getBlockNetworkLoads()
            + " " + WebViewDatabase.getInstance(this).getHttpAuthUsernamePassword("policy.example", "all")[1];
    }

    /** What a page may call. */
    static final class Bridge {
        @JavascriptInterface
        public String greet(String name, int count) {
            say("greeted " + name + " " + count + " " + Thread.currentThread().getName());
            return "hello " + name;
        }

        public String secret() {
            return "never";
        }
    }

    private static final class Pages extends WebViewClient {
        private void told(String what) {
            say(what + (android.os.Looper.getMainLooper().isCurrentThread() ? "" : " NOT ON MAIN"));
        }

        @Override
        public boolean shouldOverrideUrlLoading(WebView view, WebResourceRequest request) {
            told("override " + request.getUrl() + " " + request.isRedirect() + " " + request.hasGesture());
            return request.getUrl().toString().contains("mine");
        }

        @Override
        public WebResourceResponse shouldInterceptRequest(WebView view, WebResourceRequest request) {
            if (!request.getUrl().toString().contains("intercepted")) {
                return null;
            }
            byte[] page = "<title>own</title><p>the app answered this</p>".getBytes(Charset.forName("UTF-8"));
            return new WebResourceResponse("text/html", "utf-8", new ByteArrayInputStream(page));
        }

        @Override
        public void onPageStarted(WebView view, String url, Bitmap icon) {
            told("started " + url);
        }

        @Override
        public void onPageCommitVisible(WebView view, String url) {
            told("visible " + url);
        }

        @Override
        public void onPageFinished(WebView view, String url) {
            told("finished " + url);
        }

        @Override
        public void onReceivedError(WebView view, WebResourceRequest request, WebResourceError error) {
            told("error " + error.getErrorCode() + " " + error.getDescription());
            super.onReceivedError(view, request, error);
        }

        @Override
        @SuppressWarnings("deprecation")
        public void onReceivedError(WebView view, int code, String description, String url) {
            told("old error " + code + " " + url);
        }

        @Override
        public void onReceivedHttpError(WebView view, WebResourceRequest request, WebResourceResponse response) {
            told("http " + response.getStatusCode() + " " + response.getReasonPhrase());
        }

        @Override
        public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {
            told("certificate " + error.getPrimaryError());
            if (error.getUrl().contains("proceed")) {
                handler.proceed();
            } else {
                super.onReceivedSslError(view, handler, error);
            }
        }
    }

    private static final class Chrome extends WebChromeClient {
        @Override
        public void onProgressChanged(WebView view, int percent) {
            say("progress " + percent);
        }

        @Override
        public void onReceivedTitle(WebView view, String title) {
            say("title " + title);
        }

        @Override
        public boolean onJsAlert(WebView view, String url, String message, JsResult result) {
            say("alert " + message);
            result.confirm();
            return true;
        }
    }
}
