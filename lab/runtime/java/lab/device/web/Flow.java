package lab.device.web;

import android.graphics.Bitmap;
import android.graphics.RectF;
import android.text.Layout;
import android.text.Spanned;
import android.text.StaticLayout;
import android.text.TextPaint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;
import lab.boot.web.Style;

/**
 * Lays a page out for a width: blocks under each other, their margins collapsed, lines by the framework's StaticLayout,
 * rows and tables side by side. Floats, positions and grids are laid as plain blocks. Lengths are pixels of the screen.
 */
final class Flow {
  private static final float FEWEST = 24;
  /** Height of a line of Roboto, as a factor of its size. */
  private static final float NATURAL = 1.172f;

  /** A filled or framed rectangle. */
  static final class Fill {
    final RectF place;
    final Style style;

    Fill(RectF place, Style style) {
      this.place = place;
      this.style = style;
    }
  }

  /** Lines of text with the controls in them. */
  static final class Lines {
    final Layout layout;
    final float x;
    final float y;

    Lines(Layout layout, float x, float y) {
      this.layout = layout;
      this.x = x;
      this.y = y;
    }
  }

  final List<Fill> fills = new ArrayList<>();
  final List<Lines> lines = new ArrayList<>();
  final List<PageNode> nodes = new ArrayList<>();
  final float height;
  final float width;
  final int canvas;

  private final float density;
  private final float zoom;
  private final Function<String, Bitmap> images;

  /** `zoom`: of text, 1 for 100 %. `images`: by their source, null for one that is not here. */
  Flow(Element page, float width, float density, float zoom, Function<String, Bitmap> images) {
    this.density = density;
    this.zoom = zoom;
    this.images = images;
    this.width = width;
    canvas = background(page);
    height = block(page, 0, 0, Math.max(FEWEST * density, width), nodes);
  }

  /** That of the root or, as CSS has it, of the body fills the whole canvas. */
  private static int background(Element root) {
    if (root.style.background != 0) {
      return root.style.background;
    }
    for (Element child : root.children) {
      if (child.kind == Kind.BOX && child.style.background != 0 && child.style.display == Style.Display.BLOCK) {
        return child.style.background;
      }
    }
    return 0;
  }

  private float px(float css) {
    return css * density;
  }

  /** Lays `e` out at its outer place and gives its height, without its margins above and below. */
  private float block(Element e, float x, float y, float width, List<PageNode> into) {
    Style style = e.style;
    float left = x + px(style.margin[3]);
    float inner = width - px(style.margin[3] + style.margin[1]);
    if (style.width > 0 && px(style.width) < inner) {
      inner = px(style.width);
    }
    inner = Math.max(inner, px(FEWEST));
    Fill fill = null;
    if (style.background != 0 || style.border > 0 || barred(style)) {
      fill = new Fill(new RectF(left, y, left + inner, y), style);
      fills.add(fill);
    }
    float[] bars = style.bars;
    float edge = px(style.border);
    float top = y + edge + px(style.padding[0] + bars[0]);
    float from = left + edge + px(style.padding[3] + bars[3]);
    float across = Math.max(px(FEWEST), inner - 2 * edge - px(style.padding[1] + style.padding[3] + bars[1] + bars[3]));
    PageNode node = new PageNode(e);
    List<PageNode> below = node.children;
    if (!e.mark.isEmpty() && e.kind == Kind.BOX) {
      mark(e, left, top, below);
    }
    float content;
    if (e.kind == Kind.RULE) {
      content = px(1);
      Style rule = new Style();
      rule.background = 0xffbbbbbb;
      fills.add(new Fill(new RectF(from, top, from + across, top + px(1)), rule));
    } else if (e.kind == Kind.TABLE) {
      content = new Tables(this).table(e, from, top, across, below);
    } else if (style.display == Style.Display.ROW) {
      content = new Tables(this).row(e, from, top, across, below);
    } else {
      content = children(e.children, style, from, top, across, below);
    }
    float bottom = top + content + px(style.padding[2] + bars[2]) + edge;
    if (fill != null) {
      fill.place.bottom = bottom;
    }
    node.place(left, y, left + inner, bottom);
    into.add(node);
    return bottom - y;
  }

  private static boolean barred(Style style) {
    return style.bars[0] + style.bars[1] + style.bars[2] + style.bars[3] > 0;
  }

  /** Of a cell in a row: without its margins above and below. */
  float cell(Element e, float x, float y, float width, List<PageNode> into) {
    return isInline(e)
        ? inline(java.util.Collections.singletonList(e), e.style, x, y, width, into)
        : block(e, x, y, width, into);
  }

  /** A cell's own ground reaches as far down as its row. */
  void stretch(int firstFill, float bottom, float rowTop) {
    if (firstFill < fills.size() && fills.get(firstFill).place.top == rowTop) {
      fills.get(firstFill).place.bottom = bottom;
    }
  }

  int filled() {
    return fills.size();
  }

  private void mark(Element item, float left, float top, List<PageNode> into) {
    List<Element> one = new ArrayList<>();
    one.add(new Element(Kind.TEXT, 0, item.style.inherited(), item.mark + "\u00a0\u00a0", java.util.Collections.emptyList()));
    float room = px(40);
    Style right = item.style.inherited();
    right.align = Style.Align.END;
    inline(one, right, left - room, top, room, into);
  }

  private float children(List<Element> children, Style style, float x, float y, float width, List<PageNode> into) {
    float at = y;
    float gap = 0;
    boolean first = true;
    List<Element> run = new ArrayList<>();
    for (Element child : children) {
      if (isInline(child)) {
        run.add(child);
        continue;
      }
      if (!run.isEmpty()) {
        float tall = inline(run, style, x, at + gap, width, into);
        at = tall > 0 ? at + gap + tall : at;
        gap = tall > 0 ? 0 : gap;
        first &= tall == 0;
        run.clear();
      }
      float above = px(child.style.margin[0]);
      at += first ? above : Math.max(gap, above);
      at += block(child, x, at, width, into);
      gap = px(child.style.margin[2]);
      first = false;
    }
    if (!run.isEmpty()) {
      float tall = inline(run, style, x, at + gap, width, into);
      at = tall > 0 ? at + gap + tall : at;
      gap = tall > 0 ? 0 : gap;
    }
    return at + gap - y;
  }

  /** Whether it is part of a line: inline, and with nothing in it that is not. */
  static boolean isInline(Element e) {
    if (e.kind == Kind.RULE || e.style.display != Style.Display.INLINE) {
      return e.kind == Kind.BREAK || e.kind == Kind.TEXT || (isControl(e.kind) && e.style.display != Style.Display.ROW);
    }
    for (Element child : e.children) {
      if (!isInline(child)) {
        return false;
      }
    }
    return true;
  }

  static boolean isControl(Kind kind) {
    return kind == Kind.BUTTON || kind == Kind.CHECKBOX || kind == Kind.RADIO || kind == Kind.FIELD || kind == Kind.SELECT
        || kind == Kind.IMAGE;
  }

  private float inline(List<Element> run, Style style, float x, float y, float width, List<PageNode> into) {
    Inline text = new Inline(density, zoom, width, images);
    for (Element e : run) {
      text.add(e, null);
    }
    text.trimEnd();
    if (text.isBlank()) {
      return 0;
    }
    StaticLayout layout = layout(text.spanned(), style, width);
    // StaticLayout puts the room between lines, CSS above and below each.
    float lead = style.lineHeight > 0 ? Math.max(0, (style.lineHeight - NATURAL) * px(style.size) * zoom) : 0;
    lines.add(new Lines(layout, x, y + lead / 2));
    text.nodes(layout, x, y + lead / 2, into);
    return layout.getHeight() + lead;
  }

  private StaticLayout layout(Spanned text, Style style, float width) {
    TextPaint paint = new TextPaint();
    paint.setAntiAlias(true);
    paint.setTextSize(px(style.size) * zoom);
    paint.density = density;
    Layout.Alignment alignment =
        style.align == Style.Align.CENTRE ? Layout.Alignment.ALIGN_CENTER
            : style.align == Style.Align.END ? Layout.Alignment.ALIGN_OPPOSITE : Layout.Alignment.ALIGN_NORMAL;
    float stretch = style.lineHeight > 0 ? Math.max(.8f, style.lineHeight / NATURAL) : 1;
    return StaticLayout.Builder.obtain(text, 0, text.length(), paint, Math.max(1, (int) width))
        .setAlignment(alignment)
        .setIncludePad(false)
        .setLineSpacing(0, stretch)
        .build();
  }

  /** How wide an element would like to be: its longest line, unbroken. */
  float wish(Element e) {
    Style style = e.style;
    float sides = style.margin[1] + style.margin[3] + style.padding[1] + style.padding[3] + 2 * style.border;
    float round = isInline(e) ? 0 : px(sides);
    if (style.width > 0) {
      return px(style.width) + round;
    }
    if (isInline(e)) {
      return wish(java.util.Collections.singletonList(e), style);
    }
    float widest = 0;
    float sum = 0;
    List<Element> run = new ArrayList<>();
    for (Element child : e.children) {
      if (isInline(child)) {
        run.add(child);
      } else {
        widest = Math.max(widest, wish(run, style));
        run.clear();
        float one = wish(child);
        sum += one;
        widest = Math.max(widest, one);
      }
    }
    widest = Math.max(widest, wish(run, style));
    return round + (style.display == Style.Display.ROW ? Math.max(sum, widest) : widest);
  }

  private float wish(List<Element> run, Style style) {
    if (run.isEmpty()) {
      return 0;
    }
    Inline text = new Inline(density, zoom, 10_000, images);
    for (Element e : run) {
      text.add(e, null);
    }
    text.trimEnd();
    if (text.isBlank()) {
      return 0;
    }
    TextPaint paint = new TextPaint();
    paint.setTextSize(px(style.size) * zoom);
    return Layout.getDesiredWidth(text.spanned(), paint) + 1;
  }
}
