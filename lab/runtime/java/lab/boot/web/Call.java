package lab.boot.web;

import java.util.LinkedHashMap;
import java.util.Map;

/** One request for a resource. */
public final class Call {
  public final String url;
  public final String method;
  public final Map<String, String> headers = new LinkedHashMap<>();
  /** Null without one. */
  public final byte[] body;
  /** Of the page itself rather than of something in it. */
  public final boolean mainFrame;

  public Call(String url, String method, byte[] body, boolean mainFrame) {
    this.url = url;
    this.method = method;
    this.body = body;
    this.mainFrame = mainFrame;
  }
}
