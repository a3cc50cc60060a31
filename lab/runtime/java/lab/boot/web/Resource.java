package lab.boot.web;

import java.util.List;
import java.util.Map;

/** What came back for a {@link Call}. `headers` have lower-case names. */
public final class Resource {
  public final int status;
  public final String reason;
  public final Map<String, List<String>> headers;
  public final byte[] content;

  public Resource(int status, String reason, Map<String, List<String>> headers, byte[] content) {
    this.status = status;
    this.reason = reason;
    this.headers = headers;
    this.content = content;
  }

  /** The first value of a header, or "". */
  public String header(String name) {
    List<String> values = headers.get(name);
    return values == null || values.isEmpty() ? "" : values.get(0);
  }

  /** The media type without its parameters, lower case; "" if not said. */
  public String type() {
    return header("content-type").split(";", 2)[0].trim().toLowerCase(java.util.Locale.ROOT);
  }

  /** The charset parameter of the media type, or "". */
  public String charset() {
    for (String part : header("content-type").split(";")) {
      String word = part.trim();
      if (word.regionMatches(true, 0, "charset=", 0, 8)) {
        return word.substring(8).replace("\"", "").trim();
      }
    }
    return "";
  }
}
