package lab.device.web;

import android.text.TextUtils;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import lab.boot.web.Resource;

/** What kind of document a resource is shown as. */
final class Pages {
  private static final int SNIFFED = 1024;
  private static final Pattern META = Pattern.compile("<meta[^>]+charset|<\\?xml[^>]+encoding", Pattern.CASE_INSENSITIVE);

  private Pages() {}

  /** The HTML that shows it, or null for what a WebView downloads instead. */
  static Resource shown(Resource resource, String url, String encoding) {
    String type = resource.type().isEmpty() ? sniffed(resource.content) : resource.type();
    if (type.equals("text/html") || type.equals("application/xhtml+xml")) {
      return said(resource, encoding);
    }
    if (type.startsWith("image/") && !type.contains("svg")) {
      return html(resource, "<body style=\"margin:0\"><img src=\"" + TextUtils.htmlEncode(url) + "\"></body>");
    }
    boolean text =
        type.startsWith("text/") || type.equals("application/json") || type.endsWith("xml") || type.contains("javascript");
    if (!text) {
      return null;
    }
    Charset charset = charset(resource.charset(), encoding);
    return html(resource, "<body><pre>" + TextUtils.htmlEncode(new String(resource.content, charset)) + "</pre></body>");
  }

  /** With the encoding that the settings name, where neither server, mark nor page names one. */
  private static Resource said(Resource resource, String encoding) {
    byte[] content = resource.content;
    boolean mark = content.length > 2 && (content[0] & 0xff) == 0xef && (content[1] & 0xff) == 0xbb;
    String head = new String(content, 0, Math.min(content.length, SNIFFED), StandardCharsets.ISO_8859_1);
    if (!resource.charset().isEmpty() || mark || META.matcher(head).find()) {
      String named = resource.charset().isEmpty() ? "" : "; charset=" + resource.charset();
      return resource.type().equals("text/html") ? resource : typed(resource, "text/html" + named, content);
    }
    return typed(resource, "text/html; charset=" + charset("", encoding).name(), content);
  }

  private static Charset charset(String said, String otherwise) {
    for (String name : new String[] {said, otherwise}) {
      try {
        if (name != null && !name.isEmpty()) {
          return Charset.forName(name);
        }
      } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
        continue;
      }
    }
    return StandardCharsets.UTF_8;
  }

  private static String sniffed(byte[] content) {
    int length = Math.min(content.length, SNIFFED);
    String head = new String(content, 0, length, StandardCharsets.ISO_8859_1).trim().toLowerCase(Locale.ROOT);
    for (byte one : content) {
      if (one == 0) {
        return "application/octet-stream";
      }
    }
    return head.startsWith("<") ? "text/html" : "text/plain";
  }

  private static Resource html(Resource from, String body) {
    return typed(from, "text/html; charset=utf-8", ("<html>" + body + "</html>").getBytes(StandardCharsets.UTF_8));
  }

  private static Resource typed(Resource from, String type, byte[] content) {
    Map<String, List<String>> headers = new LinkedHashMap<>(from.headers);
    headers.put("content-type", Collections.singletonList(type));
    return new Resource(from.status, from.reason, headers, content);
  }
}
