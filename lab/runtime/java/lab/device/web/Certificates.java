package lab.device.web;

import android.net.http.SslCertificate;
import android.net.http.SslError;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import lab.device.Network;

/** The device's trust, for pages: remembers whose certificate it refused, and lets through what the app let through. */
final class Certificates extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager device = Network.trusted();
  private final Map<String, X509Certificate> refused = new ConcurrentHashMap<>();
  private final Map<String, CertificateException> reasons = new ConcurrentHashMap<>();
  private final Set<String> allowed = ConcurrentHashMap.newKeySet();

  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {this}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null if the host's certificate was not what failed. */
  SslError error(String host, String url) {
    X509Certificate certificate = refused.remove(host);
    return certificate == null ? null : new SslError(kind(reasons.get(host), certificate), new SslCertificate(certificate), url);
  }

  /** The app said to go on in spite of it. */
  void allow(String host, SslCertificate certificate) {
    allowed.add(key(host, certificate.getX509Certificate()));
  }

  private static int kind(CertificateException reason, X509Certificate certificate) {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException e) {
      return SslError.SSL_EXPIRED;
    } catch (CertificateNotYetValidException e) {
      return SslError.SSL_NOTYETVALID;
    }
    boolean name = String.valueOf(reason.getMessage()).startsWith("No ");
    return name ? SslError.SSL_IDMISMATCH : SslError.SSL_UNTRUSTED;
  }

  private static String key(String host, X509Certificate certificate) {
    try {
      return host + " " + Arrays.hashCode(certificate.getEncoded()) + " " + certificate.getSerialNumber();
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
    String host = engine.getPeerHost();
    try {
      device.checkServerTrusted(chain, type, engine);
    } catch (CertificateException e) {
      if (!allowed.contains(key(host, chain[0]))) {
        refused.put(host, chain[0]);
        reasons.put(host, e);
        throw e;
      }
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
    device.checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    device.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
    device.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
    device.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    device.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return device.getAcceptedIssuers();
  }
}
