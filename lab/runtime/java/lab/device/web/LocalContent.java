package lab.device.web;

import android.content.Context;
import android.content.res.Resources;
import android.net.Uri;
import android.util.Base64;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lab.boot.web.Resource;

/** What comes without a network: assets and resources of the app, its files, content providers, data: URLs. */
final class LocalContent {
  private static final String ASSET = "/android_asset/";
  private static final String RESOURCE = "/android_res/";

  private LocalContent() {}

  static boolean is(String url) {
    String scheme = scheme(url);
    return scheme.equals("file") || scheme.equals("content") || scheme.equals("data") || scheme.equals("about");
  }

  static String scheme(String url) {
    int colon = url.indexOf(':');
    return colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
  }

  static Resource read(Context context, String url, boolean files) throws IOException {
    switch (scheme(url)) {
      case "about":
        return page("text/html; charset=utf-8", new byte[0]);
      case "data":
        return data(url);
      case "content":
        return provided(context, Uri.parse(url));
      default:
        return file(context, Uri.parse(url.split("[?#]", 2)[0]), files);
    }
  }

  static Resource page(String type, byte[] content) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("content-type", Collections.singletonList(type));
    return new Resource(200, "OK", headers, content);
  }

  private static Resource provided(Context context, Uri uri) throws IOException {
    String type = context.getContentResolver().getType(uri);
    try (InputStream in = context.getContentResolver().openInputStream(uri)) {
      if (in == null) {
        throw new FileNotFoundException(uri.toString());
      }
      return page(type == null ? "text/html" : type, in.readAllBytes());
    }
  }

  private static Resource file(Context context, Uri uri, boolean files) throws IOException {
    String path = uri.getPath() == null ? "" : uri.getPath();
    try (InputStream in = open(context, path, files)) {
      return page(type(path), in.readAllBytes());
    }
  }

  private static InputStream open(Context context, String path, boolean files) throws IOException {
    if (path.startsWith(ASSET)) {
      return context.getAssets().open(path.substring(ASSET.length()));
    }
    if (path.startsWith(RESOURCE)) {
      String[] parts = path.substring(RESOURCE.length()).split("/");
      String name = parts[parts.length - 1].replaceFirst("\\..*", "");
      String kind = parts.length < 2 ? "raw" : parts[0].split("-", 2)[0];
      int id = context.getResources().getIdentifier(name, kind, context.getPackageName());
      try {
        return context.getResources().openRawResource(id);
      } catch (Resources.NotFoundException e) {
        throw new FileNotFoundException(path);
      }
    }
    if (!files) {
      throw new Failure(android.webkit.WebViewClient.ERROR_UNKNOWN, "ERR_ACCESS_DENIED", null);
    }
    return new FileInputStream(new File(path));
  }

  private static String type(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    if (name.endsWith(".js") || name.endsWith(".mjs")) {
      return "text/javascript";
    }
    if (name.endsWith(".css")) {
      return "text/css";
    }
    if (name.endsWith(".xhtml")) {
      return "application/xhtml+xml";
    }
    if (name.endsWith(".json")) {
      return "application/json";
    }
    if (name.endsWith(".webp")) {
      return "image/webp";
    }
    String guessed = URLConnection.guessContentTypeFromName(name);
    return guessed == null ? "text/html" : guessed;
  }

  /** RFC 2397. */
  private static Resource data(String url) {
    int comma = url.indexOf(',');
    String head = comma < 0 ? "" : url.substring(5, comma);
    byte[] content = percents(comma < 0 ? "" : url.substring(comma + 1));
    List<String> words = new ArrayList<>();
    boolean base64 = false;
    for (String word : head.split(";")) {
      base64 |= word.trim().equalsIgnoreCase("base64");
      if (!word.trim().equalsIgnoreCase("base64") && !word.trim().isEmpty()) {
        words.add(word.trim());
      }
    }
    if (base64) {
      try {
        content = Base64.decode(content, Base64.DEFAULT);
      } catch (IllegalArgumentException e) {
        content = new byte[0];
      }
    }
    if (words.isEmpty() || !words.get(0).contains("/")) {
      words.add(0, "text/plain");
    }
    return page(String.join("; ", words), content);
  }

  static byte[] percents(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
      if (low >= 0) {
        out.write(high << 4 | low);
        i += 2;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toByteArray();
  }
}
