package lab.device.web;

import lab.boot.web.Call;
import lab.boot.web.Resource;

/** What a WebView was told to show: a request, or content that the app gave itself. */
final class Load {
  final Call call;
  /** What the app gave to show, or null to fetch it. */
  final Resource given;
  /** What getUrl says of it; that of the call where null. */
  final String shownUrl;

  /** Whether the page itself asked for it, a person's finger included. */
  boolean fromPage;
  boolean gesture;

  Load(Call call, Resource given, String shownUrl) {
    this.call = call;
    this.given = given;
    this.shownUrl = shownUrl;
  }

  static Load of(String url) {
    return new Load(new Call(url, "GET", null, true), null, null);
  }
}
