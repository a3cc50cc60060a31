package lab.device;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The device's HTTP proxy and the certificates it trusts, for the JVM's own networking. */
public final class Network {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static volatile InetSocketAddress proxy;
  private static volatile X509ExtendedTrustManager trusted;

  private Network() {}

  /** The proxy that the device is set to, whatever the app says in its system properties; null for none. */
  public static InetSocketAddress proxy() {
    return proxy;
  }

  /** What the device trusts, whatever the app's default SSLContext does. */
  public static X509ExtendedTrustManager trusted() {
    return trusted != null ? trusted : manager(null);
  }

  /** `store` null: the JVM's own certificates. */
  private static X509ExtendedTrustManager manager(KeyStore store) {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What `settings put global http_proxy` does to a running app: the same system properties that
   * android.app.ActivityThread sets, so that HttpURLConnection and ProxySelector follow at once.
   */
  static void proxy(Map<String, Object> proxy) {
    boolean none = proxy == null || proxy.isEmpty();
    Network.proxy =
        none ? null : InetSocketAddress.createUnresolved((String) proxy.get("host"), ((Number) proxy.get("port")).intValue());
    for (String scheme : new String[] {"http", "https"}) {
      if (none) {
        System.clearProperty(scheme + ".proxyHost");
        System.clearProperty(scheme + ".proxyPort");
      } else {
        System.setProperty(scheme + ".proxyHost", (String) proxy.get("host"));
        System.setProperty(scheme + ".proxyPort", String.valueOf(proxy.get("port")));
      }
    }
    // The JVM itself leaves loopback out of the proxy; a phone does not.
    System.setProperty("http.nonProxyHosts", "");
    System.clearProperty("https.nonProxyHosts");
  }

  /**
   * `path`: all certificates that apps of this device trust, as PEM or as a PKCS12 store with the
   * password "changeit". They replace the JVM's own for every way in which an app can ask: the default
   * SSLContext, HttpsURLConnection, and a TrustManagerFactory that is initialised with null.
   */
  static void trust(String path) throws IOException, GeneralSecurityException {
    if (path == null) {
      return;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    byte[] bytes = Files.readAllBytes(Paths.get(path));
    if (new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN CERTIFICATE-----")) {
      store.load(null, PASSWORD);
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
        store.setCertificateEntry("trusted" + number++, one);
      }
    } else {
      store.load(new ByteArrayInputStream(bytes), PASSWORD);
    }
    if (store.size() == 0) {
      // Certificates without Java's own "trusted" attribute do not count, and no certificate would do.
      throw new DeviceMain.Wrong("no trusted certificate in " + path);
    }
    Path copy = Files.createTempFile("lab-trust", ".p12");
    try (OutputStream out = Files.newOutputStream(copy)) {
      store.store(out, PASSWORD);
    }
    System.setProperty("javax.net.ssl.trustStore", copy.toString());
    System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
    System.setProperty("javax.net.ssl.trustStorePassword", new String(PASSWORD));
    trusted = manager(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {trusted}, null);
    SSLContext.setDefault(context);
    HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
  }
}
