package lab.device.web;

import android.graphics.Rect;
import android.graphics.RectF;
import java.util.ArrayList;
import java.util.List;
import lab.boot.web.Element;

/** One thing on a page that can be seen, read or pressed: an element, or a piece of text. Pixels of the page. */
final class PageNode {
  final Element element;
  /** What it says; of an element that holds others nothing. */
  String text = "";

  final List<PageNode> children = new ArrayList<>();
  /** Its pieces, one for each line that it is on. */
  final List<RectF> pieces = new ArrayList<>();

  private final RectF place = new RectF();

  PageNode(Element element) {
    this.element = element;
  }

  void place(float left, float top, float right, float bottom) {
    RectF piece = new RectF(left, top, right, bottom);
    pieces.add(piece);
    if (pieces.size() == 1) {
      place.set(piece);
    } else {
      place.union(piece);
    }
  }

  Rect bounds() {
    Rect bounds = new Rect();
    place.roundOut(bounds);
    return bounds;
  }

  boolean has(float x, float y) {
    for (RectF piece : pieces) {
      if (piece.contains(x, y)) {
        return true;
      }
    }
    return false;
  }
}
