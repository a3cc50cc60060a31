package lab.browser;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import lab.boot.web.Call;
import lab.boot.web.Embedder;
import lab.boot.web.Resource;
import org.htmlunit.BrowserVersion;
import org.htmlunit.FormEncodingType;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebClient;
import org.htmlunit.WebConnection;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.WebResponseData;
import org.htmlunit.WebWindow;
import org.htmlunit.http.Cookie;
import org.htmlunit.util.NameValuePair;

/**
 * HtmlUnit's client with the device in place of its network, cookies and navigation: whatever leaves goes by the
 * embedder, and where a page's main frame goes is the device's to say.
 */
final class TabClient extends WebClient {
  private static final long serialVersionUID = 1;
  private static final long SCRIPT_LIMIT_MS = 20_000;

  private final transient Embedder embedder;
  private final transient BrowserTab tab;

  TabClient(String userAgent, boolean scripts, Embedder embedder, BrowserTab tab) {
    super(version(userAgent), scripts, null, -1);
    this.embedder = embedder;
    this.tab = tab;
    getOptions().setThrowExceptionOnScriptError(false);
    getOptions().setThrowExceptionOnFailingStatusCode(false);
    getOptions().setPrintContentOnFailingStatusCode(false);
    getOptions().setDownloadImages(false);
    // Its sockets would go past the device's proxy.
    getOptions().setWebSocketEnabled(false);
    getOptions().setFetchPolyfillEnabled(true);
    if (scripts) {
      setJavaScriptTimeout(SCRIPT_LIMIT_MS);
    }
    setWebConnection(
        new WebConnection() {
          @Override
          public WebResponse getResponse(WebRequest request) throws IOException {
            return answer(request);
          }

          @Override
          public void close() {}
        });
  }

  private static BrowserVersion version(String userAgent) {
    return new BrowserVersion.BrowserVersionBuilder(BrowserVersion.CHROME)
        .setUserAgent(userAgent)
        .setApplicationVersion(userAgent.replaceFirst("^Mozilla/", ""))
        .setPlatform("Linux armv8l")
        .build();
  }

  /** HtmlUnit would open files itself, those of the app's assets too. */
  @Override
  public WebResponse loadWebResponse(WebRequest request) throws IOException {
    return request.getUrl().getProtocol().equals("file") ? answer(request) : super.loadWebResponse(request);
  }

  /** As browsers write a URL: Java leaves out the empty host of a file's. */
  static String text(URL url) {
    String text = url.toString();
    return text.startsWith("file:/") && !text.startsWith("file://") ? "file://" + text.substring(5) : text;
  }

  private WebResponse answer(WebRequest request) throws IOException {
    long begun = System.currentTimeMillis();
    Resource resource = embedder.fetch(call(request, false));
    return response(resource, request, System.currentTimeMillis() - begun);
  }

  static WebResponse response(Resource resource, WebRequest request, long ms) {
    List<NameValuePair> headers = new ArrayList<>();
    for (Map.Entry<String, List<String>> header : resource.headers.entrySet()) {
      for (String value : header.getValue()) {
        headers.add(new NameValuePair(header.getKey(), value));
      }
    }
    return new WebResponse(
        new WebResponseData(resource.content, resource.status, resource.reason, headers), request, ms);
  }

  private Call call(WebRequest request, boolean mainFrame) {
    Call call = new Call(text(request.getUrl()), request.getHttpMethod().name(), body(request), mainFrame);
    call.headers.putAll(request.getAdditionalHeaders());
    boolean said = false;
    for (String name : call.headers.keySet()) {
      said |= name.equalsIgnoreCase("Content-Type");
    }
    if (call.body != null && !said) {
      call.headers.put("Content-Type", request.getEncodingType().getName());
    }
    return call;
  }

  private byte[] body(WebRequest request) {
    if (request.getHttpMethod() == HttpMethod.GET || request.getHttpMethod() == HttpMethod.HEAD) {
      return null;
    }
    Charset charset = request.getCharset() == null ? StandardCharsets.UTF_8 : request.getCharset();
    if (request.getRequestBody() != null) {
      return request.getRequestBody().getBytes(charset);
    }
    if (request.getEncodingType() == FormEncodingType.MULTIPART) {
      tab.unimplemented("a form sent as multipart/form-data");
    }
    StringBuilder text = new StringBuilder();
    for (NameValuePair pair : request.getRequestParameters()) {
      text.append(text.length() == 0 ? "" : "&").append(encoded(pair.getName(), charset)).append('=')
          .append(encoded(pair.getValue(), charset));
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String encoded(String text, Charset charset) {
    return java.net.URLEncoder.encode(text == null ? "" : text, charset);
  }

  /** Links, forms and `location`: the main frame's go to the device, but for a jump within the page. */
  @Override
  public void download(
      WebWindow from, String target, WebRequest request, boolean checkHash, String first, String second) {
    boolean inFrame = from != from.getTopWindow() && !elsewhere(target);
    if (inFrame) {
      super.download(from, target, request, checkHash, first, second);
      return;
    }
    URL here = from.getTopWindow().getEnclosedPage().getUrl();
    URL there = request.getUrl();
    if (checkHash && there.getRef() != null && request.getHttpMethod() == HttpMethod.GET && sameFile(here, there)) {
      super.download(from, target, request, true, first, second);
      embedder.fragment(text(there));
      return;
    }
    embedder.navigate(call(request, true), tab.inGesture());
  }

  private static boolean elsewhere(String target) {
    String name = target == null ? "" : target.toLowerCase(Locale.ROOT);
    return name.equals("_top") || name.equals("_blank") || name.equals("_parent");
  }

  private static boolean sameFile(URL one, URL other) {
    return text(one).split("#", 2)[0].equals(text(other).split("#", 2)[0]);
  }

  @Override
  public WebWindow openWindow(URL url, String name, WebWindow opener) {
    if (url != null && !url.toString().startsWith("about:")) {
      embedder.navigate(call(new WebRequest(url), true), tab.inGesture());
    }
    return opener;
  }

  /** Refreshes and history: never a load of HtmlUnit's own in the main frame. */
  @Override
  @SuppressWarnings("unchecked")
  public <P extends Page> P getPage(WebWindow window, WebRequest request) throws IOException {
    boolean main = window == window.getTopWindow() && !request.getUrl().toString().startsWith("about:");
    if (main) {
      embedder.navigate(call(request, true), false);
      return (P) window.getEnclosedPage();
    }
    return super.getPage(window, request);
  }

  /** Each new page of the main frame gets the app's objects before its first script. */
  @Override
  public void initialize(WebWindow window, Page page) {
    super.initialize(window, page);
    // The empty page of the constructor comes before there is an embedder.
    if (embedder != null && isJavaScriptEnabled()) {
      Bridge.install(this, window, embedder);
    }
  }

  @Override
  public synchronized Set<Cookie> getCookies(URL url) {
    String all = embedder.cookies(url.toString());
    if (all.isEmpty()) {
      return Collections.emptySet();
    }
    Set<Cookie> cookies = new LinkedHashSet<>();
    for (String one : all.split("; ")) {
      int equals = one.indexOf('=');
      cookies.add(new Cookie(url.getHost(), equals < 0 ? "" : one.substring(0, equals), one.substring(equals + 1)));
    }
    return cookies;
  }

  @Override
  public void addCookie(String cookie, URL url, Object origin) {
    embedder.setCookie(url.toString(), cookie);
  }
}
