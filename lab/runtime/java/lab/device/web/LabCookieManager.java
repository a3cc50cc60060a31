package lab.device.web;

import android.os.Handler;
import android.os.Looper;
import android.webkit.CookieManager;
import android.webkit.ValueCallback;
import android.webkit.WebView;

/** What apps see of {@link Cookies}. */
final class LabCookieManager extends CookieManager {
  private static volatile boolean accept = true;
  private boolean files;

  static boolean accepts() {
    return accept;
  }

  @Override
  public void setAcceptCookie(boolean accepted) {
    accept = accepted;
  }

  @Override
  public boolean acceptCookie() {
    return accept;
  }

  @Override
  public void setAcceptThirdPartyCookies(WebView view, boolean accepted) {
    view.getSettings().setAcceptThirdPartyCookies(accepted);
  }

  @Override
  public boolean acceptThirdPartyCookies(WebView view) {
    return view.getSettings().getAcceptThirdPartyCookies();
  }

  @Override
  public void setCookie(String url, String value) {
    Cookies.shared().set(url, value);
  }

  @Override
  public void setCookie(String url, String value, ValueCallback<Boolean> callback) {
    tell(callback, Cookies.shared().set(url, value));
  }

  @Override
  public String getCookie(String url) {
    String header = Cookies.shared().header(url, false);
    return header.isEmpty() ? null : header;
  }

  @Override
  public String getCookie(String url, boolean privateBrowsing) {
    return getCookie(url);
  }

  @Override
  public void removeSessionCookie() {
    Cookies.shared().remove(true);
  }

  @Override
  public void removeSessionCookies(ValueCallback<Boolean> callback) {
    boolean had = Cookies.shared().any();
    Cookies.shared().remove(true);
    tell(callback, had);
  }

  @Override
  public void removeAllCookie() {
    Cookies.shared().remove(false);
  }

  @Override
  public void removeAllCookies(ValueCallback<Boolean> callback) {
    boolean had = Cookies.shared().any();
    Cookies.shared().remove(false);
    tell(callback, had);
  }

  @Override
  public boolean hasCookies() {
    return Cookies.shared().any();
  }

  @Override
  public boolean hasCookies(boolean privateBrowsing) {
    return hasCookies();
  }

  @Override
  public void removeExpiredCookie() {}

  /** Each change is written at once. */
  @Override
  public void flush() {}

  @Override
  protected boolean allowFileSchemeCookiesImpl() {
    return files;
  }

  @Override
  protected void setAcceptFileSchemeCookiesImpl(boolean accepted) {
    files = accepted;
  }

  private static void tell(ValueCallback<Boolean> callback, boolean value) {
    if (callback != null) {
      new Handler(Looper.getMainLooper()).post(() -> callback.onReceiveValue(value));
    }
  }
}
