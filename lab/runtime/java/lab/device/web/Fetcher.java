package lab.device.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import lab.boot.web.Call;
import lab.boot.web.Resource;
import lab.device.Network;

/**
 * The network of all WebViews: by the device's proxy and trust, as an app's own requests, but not by the classes of
 * java.net that an app uses, as Chromium's network stack is not. One answer to one request: redirects are the caller's.
 */
final class Fetcher {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Set<String> NOT_OURS =
      new HashSet<>(Arrays.asList("connection", "content-length", "expect", "host", "upgrade", "cookie", "accept-encoding"));
  private static Fetcher shared;

  private final Certificates certificates = new Certificates();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(PATIENCE)
          .proxy(new DeviceProxy())
          .sslContext(certificates.context())
          .build();

  private Fetcher() {}

  static synchronized Fetcher shared() {
    if (shared == null) {
      shared = new Fetcher();
    }
    return shared;
  }

  Certificates certificates() {
    return certificates;
  }

  Resource fetch(Call call, String userAgent, String language) throws IOException {
    String url = escaped(call.url.split("#", 2)[0]);
    HttpRequest.Builder builder;
    try {
      builder = HttpRequest.newBuilder(URI.create(url));
    } catch (IllegalArgumentException e) {
      throw new Failure(android.webkit.WebViewClient.ERROR_BAD_URL, "ERR_INVALID_URL", null);
    }
    builder.timeout(PATIENCE);
    for (Map.Entry<String, String> header : headers(call, userAgent, language).entrySet()) {
      builder.setHeader(header.getKey(), header.getValue());
    }
    builder.method(
        call.method,
        call.body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(call.body));
    HttpResponse<byte[]> response = send(builder.build(), url);
    if (LabCookieManager.accepts()) {
      for (String cookie : response.headers().allValues("set-cookie")) {
        Cookies.shared().set(url, cookie);
      }
    }
    return resource(response);
  }

  private HttpResponse<byte[]> send(HttpRequest request, String url) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (javax.net.ssl.SSLException e) {
      android.net.http.SslError error = certificates.error(request.uri().getHost(), url);
      if (error != null) {
        throw new Failure(android.webkit.WebViewClient.ERROR_FAILED_SSL_HANDSHAKE, "ERR_CERT_AUTHORITY_INVALID", error);
      }
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(android.webkit.WebViewClient.ERROR_UNKNOWN, "ERR_ABORTED", null);
    }
  }

  /** What Chromium's WebView sends of its own, then what the page or the app said. */
  private static Map<String, String> headers(Call call, String userAgent, String language) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("User-Agent", userAgent);
    headers.put("Accept", call.mainFrame
        ? "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8" : "*/*");
    headers.put("Accept-Language", language);
    headers.put("Accept-Encoding", "gzip, deflate");
    headers.put("X-Requested-With", lab.device.DeviceMain.app().packageName());
    for (Map.Entry<String, String> header : call.headers.entrySet()) {
      if (!NOT_OURS.contains(header.getKey().toLowerCase(Locale.ROOT)) && header.getValue() != null) {
        headers.keySet().removeIf(name -> name.equalsIgnoreCase(header.getKey()));
        headers.put(header.getKey(), header.getValue());
      }
    }
    String cookies = LabCookieManager.accepts() ? Cookies.shared().header(call.url, false) : "";
    if (!cookies.isEmpty()) {
      headers.put("Cookie", cookies);
    }
    return headers;
  }

  private static Resource resource(HttpResponse<byte[]> response) throws IOException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    response.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
    byte[] content = response.body();
    List<String> coding = headers.remove("content-encoding");
    if (coding != null && content.length > 0) {
      content = decoded(content, coding.get(0).trim().toLowerCase(Locale.ROOT));
      headers.put("content-length", Collections.singletonList(String.valueOf(content.length)));
    }
    return new Resource(response.statusCode(), reason(response.statusCode()), headers, content);
  }

  private static byte[] decoded(byte[] content, String coding) throws IOException {
    try (InputStream in =
        coding.contains("gzip")
            ? new GZIPInputStream(new ByteArrayInputStream(content))
            : coding.equals("deflate")
                ? new InflaterInputStream(new ByteArrayInputStream(content))
                : new ByteArrayInputStream(content)) {
      return in.readAllBytes();
    }
  }

  /** HttpClient does not give the words of the status line: those of RFC 9110. */
  private static String reason(int status) {
    switch (status) {
      case 200:
        return "OK";
      case 201:
        return "Created";
      case 204:
        return "No Content";
      case 301:
        return "Moved Permanently";
      case 302:
        return "Found";
      case 304:
        return "Not Modified";
      case 400:
        return "Bad Request";
      case 401:
        return "Unauthorized";
      case 403:
        return "Forbidden";
      case 404:
        return "Not Found";
      case 410:
        return "Gone";
      case 500:
        return "Internal Server Error";
      case 502:
        return "Bad Gateway";
      case 503:
        return "Service Unavailable";
      default:
        return status < 400 ? "OK" : "Error";
    }
  }

  /** A URL as it goes over the wire: what it may not contain as UTF-8 in percents. */
  static String escaped(String url) {
    StringBuilder escaped = new StringBuilder();
    for (byte one : url.getBytes(StandardCharsets.UTF_8)) {
      if (one <= ' ' || "\"<>\\^`{|}".indexOf(one) >= 0) {
        escaped.append(String.format("%%%02X", one & 0xff));
      } else {
        escaped.append((char) one);
      }
    }
    return escaped.toString();
  }

  private static final class DeviceProxy extends ProxySelector {
    @Override
    public List<Proxy> select(URI uri) {
      InetSocketAddress proxy = Network.proxy();
      return Collections.singletonList(proxy == null ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, proxy));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {}
  }
}
