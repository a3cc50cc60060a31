package lab.device.web;

import android.net.http.SslError;
import android.webkit.WebViewClient;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** Why a page did not come, in the words of Chromium's net_error_list.h and the numbers of WebViewClient. */
final class Failure extends IOException {
  private static final long serialVersionUID = 1;

  final int code;
  /** Of a certificate that is not trusted, until the app has said what to do about it; else null. */
  final transient SslError certificate;

  Failure(int code, String name, SslError certificate) {
    super("net::" + name);
    this.code = code;
    this.certificate = certificate;
  }

  static Failure of(IOException cause) {
    if (cause instanceof Failure) {
      return (Failure) cause;
    }
    for (Throwable one = cause; one != null; one = one.getCause()) {
      if (one instanceof UnresolvedAddressException || one instanceof UnknownHostException) {
        return new Failure(WebViewClient.ERROR_HOST_LOOKUP, "ERR_NAME_NOT_RESOLVED", null);
      }
    }
    if (cause instanceof HttpTimeoutException) {
      return new Failure(WebViewClient.ERROR_TIMEOUT, "ERR_CONNECTION_TIMED_OUT", null);
    }
    if (cause instanceof SSLException) {
      return new Failure(WebViewClient.ERROR_FAILED_SSL_HANDSHAKE, "ERR_SSL_PROTOCOL_ERROR", null);
    }
    if (cause instanceof FileNotFoundException) {
      return new Failure(WebViewClient.ERROR_FILE_NOT_FOUND, "ERR_FILE_NOT_FOUND", null);
    }
    if (cause instanceof ConnectException) {
      return new Failure(WebViewClient.ERROR_CONNECT, "ERR_CONNECTION_REFUSED", null);
    }
    lab.device.DeviceMain.log("W", "chromium", "request failed: " + cause);
    return new Failure(WebViewClient.ERROR_CONNECT, "ERR_CONNECTION_CLOSED", null);
  }
}
