package android.net.http;

import android.content.ContentResolver;
import android.content.Context;
import android.os.Looper;
import android.util.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpException;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.HttpResponse;
import org.apache.http.client.HttpClient;
import org.apache.http.client.ResponseHandler;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.params.HttpClientParams;
import org.apache.http.client.protocol.ClientContext;
import org.apache.http.conn.ClientConnectionManager;
import org.apache.http.conn.scheme.PlainSocketFactory;
import org.apache.http.conn.scheme.Scheme;
import org.apache.http.conn.scheme.SchemeRegistry;
import org.apache.http.conn.ssl.SSLSocketFactory;
import org.apache.http.entity.AbstractHttpEntity;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.impl.client.DefaultHttpClient;
import org.apache.http.impl.conn.tsccm.ThreadSafeClientConnManager;
import org.apache.http.impl.cookie.DateParseException;
import org.apache.http.impl.cookie.DateUtils;
import org.apache.http.params.BasicHttpParams;
import org.apache.http.params.HttpConnectionParams;
import org.apache.http.params.HttpParams;
import org.apache.http.params.HttpProtocolParams;
import org.apache.http.protocol.BasicHttpContext;
import org.apache.http.protocol.BasicHttpProcessor;
import org.apache.http.protocol.HttpContext;

/**
 * Android's own face of Apache's HTTP client, by the words of its documentation. A phone has it in the library
 * org.apache.http.legacy, not in its framework: only apps that have that library see this class (AppLoader).
 */
public final class AndroidHttpClient implements HttpClient {
  /** Less than so many bytes are not worth compressing. */
  public static long DEFAULT_SYNC_MIN_GZIP_BYTES = 256;

  private static final int TIMEOUT_MS = 60_000;
  private static final int BUFFER_BYTES = 8192;

  private final DefaultHttpClient client;
  private volatile String loggedAs;
  private volatile int loggedAt;

  private AndroidHttpClient(ClientConnectionManager connections, HttpParams parameters) {
    client = new Plain(connections, parameters);
    client.addRequestInterceptor(new HttpRequestInterceptor() {
      @Override
      public void process(HttpRequest request, HttpContext context) {
        String tag = loggedAs;
        if (tag != null && request instanceof HttpUriRequest) {
          HttpUriRequest asked = (HttpUriRequest) request;
          Log.println(loggedAt, tag, "curl -X " + asked.getMethod() + " \"" + asked.getURI() + "\"");
        }
      }
    });
  }

  /** Follows no redirections and knows no passwords. `context`: for a cache of TLS sessions, which is not there. */
  public static AndroidHttpClient newInstance(String userAgent, Context context) {
    HttpParams parameters = new BasicHttpParams();
    HttpConnectionParams.setStaleCheckingEnabled(parameters, false);
    HttpConnectionParams.setConnectionTimeout(parameters, TIMEOUT_MS);
    HttpConnectionParams.setSoTimeout(parameters, TIMEOUT_MS);
    HttpConnectionParams.setSocketBufferSize(parameters, BUFFER_BYTES);
    HttpClientParams.setRedirecting(parameters, false);
    HttpProtocolParams.setUserAgent(parameters, userAgent);
    SchemeRegistry schemes = new SchemeRegistry();
    schemes.register(new Scheme("http", PlainSocketFactory.getSocketFactory(), 80));
    schemes.register(new Scheme("https", SSLSocketFactory.getSocketFactory(), 443));
    return new AndroidHttpClient(new ThreadSafeClientConnManager(parameters, schemes), parameters);
  }

  public static AndroidHttpClient newInstance(String userAgent) {
    return newInstance(userAgent, null);
  }

  public static void modifyRequestToAcceptGzipResponse(HttpRequest request) {
    request.addHeader("Accept-Encoding", "gzip");
  }

  public static InputStream getUngzippedContent(HttpEntity entity) throws IOException {
    InputStream content = entity.getContent();
    Header encoding = entity.getContentEncoding();
    boolean packed = encoding != null && encoding.getValue() != null && encoding.getValue().contains("gzip");
    return content != null && packed ? new GZIPInputStream(content) : content;
  }

  public static AbstractHttpEntity getCompressedEntity(byte[] data, ContentResolver resolver) throws IOException {
    if (data.length < getMinGzipSize(resolver)) {
      return new ByteArrayEntity(data);
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(data);
    }
    ByteArrayEntity entity = new ByteArrayEntity(packed.toByteArray());
    entity.setContentEncoding("gzip");
    return entity;
  }

  public static long getMinGzipSize(ContentResolver resolver) {
    return DEFAULT_SYNC_MIN_GZIP_BYTES;
  }

  /** Milliseconds since 1970 of a date of HTTP. */
  public static long parseDate(String text) {
    try {
      return DateUtils.parseDate(text).getTime();
    } catch (DateParseException e) {
      throw new IllegalArgumentException("Invalid Http date format: " + text);
    }
  }

  public void close() {
    getConnectionManager().shutdown();
  }

  public void enableCurlLogging(String name, int level) {
    if (name == null) {
      throw new NullPointerException("name");
    }
    if (level < Log.VERBOSE || level > Log.ASSERT) {
      throw new IllegalArgumentException("Level is out of range [" + Log.VERBOSE + ".." + Log.ASSERT + "]");
    }
    loggedAt = level;
    loggedAs = name;
  }

  public void disableCurlLogging() {
    loggedAs = null;
  }

  @Override
  public HttpParams getParams() {
    return client.getParams();
  }

  @Override
  public ClientConnectionManager getConnectionManager() {
    return client.getConnectionManager();
  }

  @Override
  public HttpResponse execute(HttpUriRequest request) throws IOException {
    return client.execute(request);
  }

  @Override
  public HttpResponse execute(HttpUriRequest request, HttpContext context) throws IOException {
    return client.execute(request, context);
  }

  @Override
  public HttpResponse execute(HttpHost target, HttpRequest request) throws IOException {
    return client.execute(target, request);
  }

  @Override
  public HttpResponse execute(HttpHost target, HttpRequest request, HttpContext context) throws IOException {
    return client.execute(target, request, context);
  }

  @Override
  public <T> T execute(HttpUriRequest request, ResponseHandler<? extends T> handler) throws IOException {
    return client.execute(request, handler);
  }

  @Override
  public <T> T execute(HttpUriRequest request, ResponseHandler<? extends T> handler, HttpContext context) throws IOException {
    return client.execute(request, handler, context);
  }

  @Override
  public <T> T execute(HttpHost target, HttpRequest request, ResponseHandler<? extends T> handler) throws IOException {
    return client.execute(target, request, handler);
  }

  @Override
  public <T> T execute(HttpHost target, HttpRequest request, ResponseHandler<? extends T> handler, HttpContext context)
      throws IOException {
    return client.execute(target, request, handler, context);
  }

  /** The client behind it: without cookies and passwords of its own, and not for the main thread. */
  private static final class Plain extends DefaultHttpClient {
    Plain(ClientConnectionManager connections, HttpParams parameters) {
      super(connections, parameters);
    }

    @Override
    protected BasicHttpProcessor createHttpProcessor() {
      BasicHttpProcessor processor = super.createHttpProcessor();
      processor.addRequestInterceptor(new HttpRequestInterceptor() {
        @Override
        public void process(HttpRequest request, HttpContext context) throws HttpException {
          if (Looper.myLooper() != null && Looper.myLooper() == Looper.getMainLooper()) {
            throw new RuntimeException("This thread forbids HTTP requests");
          }
        }
      });
      return processor;
    }

    @Override
    protected HttpContext createHttpContext() {
      HttpContext context = new BasicHttpContext();
      context.setAttribute(ClientContext.AUTHSCHEME_REGISTRY, getAuthSchemes());
      context.setAttribute(ClientContext.COOKIESPEC_REGISTRY, getCookieSpecs());
      context.setAttribute(ClientContext.CREDS_PROVIDER, getCredentialsProvider());
      return context;
    }
  }
}
