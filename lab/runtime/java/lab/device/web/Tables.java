package lab.device.web;

import java.util.ArrayList;
import java.util.List;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;
import lab.boot.web.Style;

/** Things side by side: the rows of a table, which share their columns, and flex rows. */
final class Tables {
  private final Flow flow;

  Tables(Flow flow) {
    this.flow = flow;
  }

  /** Gives its height. */
  float table(Element table, float x, float y, float width, List<PageNode> into) {
    List<Element> captions = new ArrayList<>();
    List<Element> rows = new ArrayList<>();
    collect(table, rows, captions);
    float at = y;
    for (Element caption : captions) {
      at += flow.cell(caption, x, at, width, into);
    }
    List<Float> wishes = new ArrayList<>();
    for (Element row : rows) {
      List<Element> cells = cells(row);
      for (int i = 0; i < cells.size(); i++) {
        float wish = flow.wish(cells.get(i));
        if (i < wishes.size()) {
          wishes.set(i, Math.max(wishes.get(i), wish));
        } else {
          wishes.add(wish);
        }
      }
    }
    float[] columns = shares(wishes, width);
    for (Element row : rows) {
      PageNode node = new PageNode(row);
      float tall = row(cells(row), columns, 0, x, at, node.children);
      node.place(x, at, x + width, at + tall);
      into.add(node);
      at += tall;
    }
    return at - y;
  }

  /** A flex row: each child as wide as it likes, all narrower alike where there is no room. */
  float row(Element row, float x, float y, float width, List<PageNode> into) {
    List<Element> cells = cells(row);
    List<Float> wishes = new ArrayList<>();
    for (Element cell : cells) {
      wishes.add(flow.wish(cell));
    }
    float[] columns = shares(wishes, width);
    float used = 0;
    for (float one : columns) {
      used += one;
    }
    float spare = Math.max(0, width - used);
    boolean spread = row.style.spread && cells.size() > 1;
    float gap = spread ? spare / (cells.size() - 1) : 0;
    float from = !spread && row.style.align == Style.Align.CENTRE ? x + spare / 2 : x;
    return row(cells, columns, gap, from, y, into);
  }

  private float row(List<Element> cells, float[] columns, float gap, float x, float y, List<PageNode> into) {
    float across = x;
    float tall = 0;
    List<Integer> grounds = new ArrayList<>();
    for (int i = 0; i < cells.size() && i < columns.length; i++) {
      grounds.add(flow.filled());
      float wide = columns[i];
      if (i == cells.size() - 1 && cells.size() < columns.length) {
        for (int rest = i + 1; rest < columns.length; rest++) {
          wide += columns[rest];
        }
      }
      tall = Math.max(tall, flow.cell(cells.get(i), across, y, wide, into));
      across += wide + gap;
    }
    for (int ground : grounds) {
      flow.stretch(ground, y + tall, y);
    }
    return tall;
  }

  private static void collect(Element e, List<Element> rows, List<Element> captions) {
    for (Element child : e.children) {
      if (child.style.display == Style.Display.ROW) {
        rows.add(child);
      } else if (child.kind == Kind.BOX && hasRow(child)) {
        collect(child, rows, captions);
      } else if (child.kind != Kind.TEXT) {
        captions.add(child);
      }
    }
  }

  private static boolean hasRow(Element e) {
    for (Element child : e.children) {
      if (child.style.display == Style.Display.ROW) {
        return true;
      }
    }
    return false;
  }

  /** White space between cells is none. */
  private static List<Element> cells(Element row) {
    List<Element> cells = new ArrayList<>();
    for (Element child : row.children) {
      if (child.kind != Kind.TEXT || !child.text.trim().isEmpty()) {
        cells.add(child);
      }
    }
    return cells;
  }

  /**
   * Widths for columns of these wishes in `width`: all theirs if there is room, else the narrow ones
   * theirs and the wide ones the rest in equal parts.
   */
  private static float[] shares(List<Float> wishes, float width) {
    float[] shares = new float[wishes.size()];
    float sum = 0;
    for (int i = 0; i < shares.length; i++) {
      shares[i] = wishes.get(i);
      sum += shares[i];
    }
    if (sum <= width) {
      return shares;
    }
    float left = width;
    int open = shares.length;
    boolean[] settled = new boolean[shares.length];
    boolean changed = true;
    while (changed && open > 0) {
      changed = false;
      float equal = left / open;
      for (int i = 0; i < shares.length; i++) {
        if (!settled[i] && shares[i] <= equal) {
          settled[i] = true;
          left -= shares[i];
          open--;
          changed = true;
        }
      }
    }
    for (int i = 0; i < shares.length; i++) {
      if (!settled[i]) {
        shares[i] = left / open;
      }
    }
    return shares;
  }
}
