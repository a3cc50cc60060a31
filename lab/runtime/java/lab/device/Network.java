package lab.device;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The device's HTTP proxy and the certificates it trusts, for the JVM's own networking. */
final class Network {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private Network() {}

  /**
   * What `settings put global http_proxy` does to a running app: the same system properties that
   * android.app.ActivityThread sets, so that HttpURLConnection and ProxySelector follow at once.
   */
  static void proxy(Map<String, Object> proxy) {
    for (String scheme : new String[] {"http", "https"}) {
      if (proxy == null || proxy.isEmpty()) {
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

  /** `path`: a PKCS12 store with all certificates that apps of this device trust, password "changeit". */
  static void trust(String path) throws IOException, GeneralSecurityException {
    if (path == null) {
      return;
    }
    System.setProperty("javax.net.ssl.trustStore", path);
    System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
    System.setProperty("javax.net.ssl.trustStorePassword", new String(PASSWORD));
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(path)) {
      store.load(in, PASSWORD);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    SSLContext.setDefault(context);
    HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
  }
}
