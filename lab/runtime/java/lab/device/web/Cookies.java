package lab.device.web;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import lab.device.DeviceMain;

/** The cookies of all WebViews of an app, as RFC 6265 keeps them; those with an expiry survive the process. */
final class Cookies {
  private static final String SEPARATOR = "\t";
  private static final Cookies SHARED = new Cookies();

  private final List<Cookie> all = new ArrayList<>();
  private boolean read;

  private Cookies() {}

  static Cookies shared() {
    return SHARED;
  }

  private static final class Cookie {
    String name;
    String value;
    String domain;
    String path = "/";
    boolean hostOnly = true;
    boolean secure;
    boolean httpOnly;
    /** Milliseconds since 1970; 0 for one of this session. */
    long expires;

    boolean is(Cookie other) {
      return name.equals(other.name) && domain.equals(other.domain) && path.equals(other.path);
    }

    boolean past() {
      return expires != 0 && expires <= System.currentTimeMillis();
    }
  }

  /** The Cookie header for a URL, or "". `scripts`: only what document.cookie may show. */
  synchronized String header(String url, boolean scripts) {
    load();
    URI uri = uri(url);
    if (uri == null) {
      return "";
    }
    List<Cookie> fitting = new ArrayList<>();
    for (Cookie cookie : all) {
      if (!cookie.past() && fits(cookie, uri) && !(scripts && cookie.httpOnly)) {
        fitting.add(cookie);
      }
    }
    fitting.sort(Comparator.comparingInt((Cookie cookie) -> -cookie.path.length()));
    StringBuilder header = new StringBuilder();
    for (Cookie cookie : fitting) {
      header.append(header.length() == 0 ? "" : "; ");
      header.append(cookie.name.isEmpty() ? "" : cookie.name + "=").append(cookie.value);
    }
    return header.toString();
  }

  private static boolean fits(Cookie cookie, URI uri) {
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    boolean domain = host.equals(cookie.domain) || (!cookie.hostOnly && host.endsWith("." + cookie.domain));
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    boolean below = path.equals(cookie.path)
        || (path.startsWith(cookie.path) && (cookie.path.endsWith("/") || path.charAt(cookie.path.length()) == '/'));
    return domain && below && (!cookie.secure || "https".equals(uri.getScheme()));
  }

  /** Takes what a Set-Cookie header or a script says; false if it is refused. */
  synchronized boolean set(String url, String text) {
    load();
    URI uri = uri(url);
    if (uri == null || text == null) {
      return false;
    }
    Cookie cookie = parse(text, uri);
    if (cookie == null) {
      return false;
    }
    all.removeIf(old -> old.is(cookie));
    if (!cookie.past()) {
      all.add(cookie);
    }
    save();
    return true;
  }

  private static Cookie parse(String text, URI uri) {
    String[] parts = text.split(";");
    int equals = parts[0].indexOf('=');
    Cookie cookie = new Cookie();
    cookie.name = equals < 0 ? "" : parts[0].substring(0, equals).trim();
    cookie.value = parts[0].substring(equals + 1).trim();
    cookie.domain = uri.getHost().toLowerCase(Locale.ROOT);
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    cookie.path = path.lastIndexOf('/') > 0 ? path.substring(0, path.lastIndexOf('/')) : "/";
    boolean age = false;
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].trim().split("=", 2);
      String value = pair.length > 1 ? pair[1].trim() : "";
      switch (pair[0].trim().toLowerCase(Locale.ROOT)) {
        case "domain":
          String domain = value.replaceFirst("^\\.", "").toLowerCase(Locale.ROOT);
          if (domain.isEmpty()) {
            break;
          }
          if (!cookie.domain.equals(domain) && !cookie.domain.endsWith("." + domain)) {
            return null;
          }
          cookie.domain = domain;
          cookie.hostOnly = false;
          break;
        case "path":
          cookie.path = value.startsWith("/") ? value : cookie.path;
          break;
        case "secure":
          cookie.secure = true;
          break;
        case "httponly":
          cookie.httpOnly = true;
          break;
        case "max-age":
          if (value.matches("-?\\d{1,12}")) {
            age = true;
            cookie.expires = Math.max(1, System.currentTimeMillis() + Long.parseLong(value) * 1000);
          }
          break;
        case "expires":
          cookie.expires = age ? cookie.expires : date(value);
          break;
        default:
          break;
      }
    }
    return cookie;
  }

  private static long date(String text) {
    try {
      String form = text.replaceFirst("^\\w+, ?", "").replace('-', ' ');
      DateTimeFormatter format = DateTimeFormatter.ofPattern("d MMM yyyy HH:mm:ss z", Locale.ENGLISH);
      return Math.max(1, Instant.from(ZonedDateTime.parse(form, format)).toEpochMilli());
    } catch (DateTimeParseException e) {
      return 0;
    }
  }

  synchronized void remove(boolean sessionOnly) {
    load();
    all.removeIf(cookie -> !sessionOnly || cookie.expires == 0);
    save();
  }

  synchronized boolean any() {
    load();
    return !all.isEmpty();
  }

  private static URI uri(String url) {
    try {
      URI uri = URI.create(Fetcher.escaped(url.contains("://") ? url : "http://" + url));
      return uri.getHost() == null ? null : uri;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Path file() {
    return DeviceMain.app().context().getDataDir().toPath().resolve("app_webview").resolve("Cookies");
  }

  private void load() {
    if (read) {
      return;
    }
    read = true;
    try {
      for (String line : Files.isRegularFile(file()) ? Files.readAllLines(file()) : new ArrayList<String>()) {
        String[] fields = line.split(SEPARATOR, -1);
        Cookie cookie = new Cookie();
        cookie.domain = fields[0];
        cookie.path = fields[1];
        cookie.name = fields[2];
        cookie.value = fields[3];
        cookie.expires = Long.parseLong(fields[4]);
        cookie.hostOnly = fields[5].contains("h");
        cookie.secure = fields[5].contains("s");
        cookie.httpOnly = fields[5].contains("o");
        all.add(cookie);
      }
    } catch (IOException | RuntimeException e) {
      DeviceMain.log("W", "chromium", "cookies could not be read: " + e);
    }
  }

  private void save() {
    StringBuilder text = new StringBuilder();
    for (Cookie cookie : all) {
      if (cookie.expires != 0) {
        String flags = (cookie.hostOnly ? "h" : "") + (cookie.secure ? "s" : "") + (cookie.httpOnly ? "o" : "");
        String[] fields = {cookie.domain, cookie.path, cookie.name, cookie.value, String.valueOf(cookie.expires), flags};
        text.append(String.join(SEPARATOR, fields)).append('\n');
      }
    }
    try {
      Files.createDirectories(file().getParent());
      Files.write(file(), text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      DeviceMain.log("W", "chromium", "cookies could not be kept: " + e);
    }
  }
}
