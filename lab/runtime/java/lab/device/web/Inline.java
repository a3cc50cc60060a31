package lab.device.web;

import android.graphics.Bitmap;
import android.graphics.Typeface;
import android.text.Layout;
import android.text.SpannableStringBuilder;
import android.text.Spanned;
import android.text.style.AbsoluteSizeSpan;
import android.text.style.BackgroundColorSpan;
import android.text.style.ForegroundColorSpan;
import android.text.style.StrikethroughSpan;
import android.text.style.StyleSpan;
import android.text.style.TypefaceSpan;
import android.text.style.UnderlineSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;
import lab.boot.web.Style;

/** A run of inline elements as one styled text, and where each of them came to stand. */
final class Inline {
  private static final char OBJECT = '\uFFFC';

  /** From where to where something reaches in the text. */
  private static final class Part {
    final Element element;
    /** The link, or whatever else can be pressed, that it is in; else null. */
    final Element round;

    final int from;
    int to;
    boolean object;

    Part(Element element, Element round, int from) {
      this.element = element;
      this.round = round;
      this.from = from;
    }
  }

  private final SpannableStringBuilder text = new SpannableStringBuilder();
  private final List<Part> parts = new ArrayList<>();
  private final float density;
  private final float zoom;
  private final float width;
  private final Function<String, Bitmap> images;

  Inline(float density, float zoom, float width, Function<String, Bitmap> images) {
    this.density = density;
    this.zoom = zoom;
    this.width = width;
    this.images = images;
  }

  Spanned spanned() {
    return text;
  }

  boolean isBlank() {
    return text.length() == 0;
  }

  /** `round`: the nearest element above it that can be pressed. */
  void add(Element e, Element round) {
    switch (e.kind) {
      case TEXT:
        words(e, round);
        return;
      case BREAK:
        trimSpace();
        text.append('\n');
        return;
      case BUTTON:
      case CHECKBOX:
      case RADIO:
      case FIELD:
      case SELECT:
        object(e, round, new ControlSpan(e, density, zoom, width, null));
        return;
      case IMAGE:
        image(e, round);
        return;
      default:
        if (e.style.chip && chip(e, round)) {
          return;
        }
        Element nearest = e.kind == Kind.LINK || e.pressable ? e : round;
        for (Element child : e.children) {
          add(child, nearest);
        }
    }
  }

  /** A box with a ground of its own and nothing but text in it is one thing in its line. */
  private boolean chip(Element e, Element round) {
    StringBuilder label = new StringBuilder();
    for (Element child : e.children) {
      if (child.kind != Kind.TEXT) {
        return false;
      }
      label.append(child.text);
    }
    String said = label.toString().trim().replaceAll("\\s+", " ");
    if (said.isEmpty()) {
      return false;
    }
    Element shown = new Element(e.kind, e.number, e.style, said, java.util.Collections.emptyList());
    shown.id = e.id;
    shown.target = e.target;
    shown.pressable = e.pressable;
    object(shown, round, new ControlSpan(shown, density, zoom, width, null));
    return true;
  }

  private void image(Element e, Element round) {
    Bitmap bitmap = images.apply(e.source);
    if (bitmap != null || (e.width > 0 && e.height > 0)) {
      object(e, round, new ControlSpan(e, density, zoom, width, bitmap));
    } else if (!e.text.isEmpty()) {
      Part part = new Part(e, round, text.length());
      text.append(e.text);
      style(e.style, part.from, text.length());
      close(part);
    }
  }

  private void object(Element e, Element round, ControlSpan span) {
    Part part = new Part(e, round, text.length());
    text.append(OBJECT);
    text.setSpan(span, part.from, text.length(), Spanned.SPAN_EXCLUSIVE_EXCLUSIVE);
    part.object = true;
    close(part);
  }

  private void close(Part part) {
    part.to = text.length();
    parts.add(part);
  }

  private void words(Element e, Element round) {
    Part part = new Part(e, round, text.length());
    if (e.style.preformatted) {
      text.append(e.text);
    } else {
      boolean space = text.length() == 0 || " \n".indexOf(text.charAt(text.length() - 1)) >= 0;
      StringBuilder words = new StringBuilder();
      for (char one : e.text.toCharArray()) {
        boolean white = one == ' ' || one == '\n' || one == '\t' || one == '\r' || one == '\f';
        if (!white) {
          words.append(one);
        } else if (!space) {
          words.append(' ');
        }
        space = white;
      }
      text.append(words);
    }
    if (text.length() > part.from) {
      style(e.style, part.from, text.length());
      close(part);
    }
  }

  private void trimSpace() {
    int last = text.length() - 1;
    if (last >= 0 && text.charAt(last) == ' ') {
      text.delete(last, last + 1);
      parts.forEach(part -> part.to = Math.min(part.to, text.length()));
    }
  }

  /** White space at the end of a block is not shown; nor is a last break. */
  void trimEnd() {
    while (text.length() > 0 && " \n".indexOf(text.charAt(text.length() - 1)) >= 0) {
      boolean held = text.getSpans(text.length() - 1, text.length(), ControlSpan.class).length > 0;
      if (held) {
        return;
      }
      text.delete(text.length() - 1, text.length());
    }
    parts.forEach(part -> part.to = Math.min(part.to, text.length()));
  }

  private void style(Style style, int from, int to) {
    set(new AbsoluteSizeSpan(Math.round(style.size * density * zoom)), from, to);
    set(new ForegroundColorSpan(style.colour), from, to);
    if (style.bold || style.italic) {
      int face = style.bold && style.italic ? Typeface.BOLD_ITALIC : style.bold ? Typeface.BOLD : Typeface.ITALIC;
      set(new StyleSpan(face), from, to);
    }
    if (style.underline) {
      set(new UnderlineSpan(), from, to);
    }
    if (style.strike) {
      set(new StrikethroughSpan(), from, to);
    }
    if (style.mono) {
      set(new TypefaceSpan("monospace"), from, to);
    }
    if (style.background >>> 24 != 0 && style.display == Style.Display.INLINE) {
      set(new BackgroundColorSpan(style.background), from, to);
    }
  }

  private void set(Object span, int from, int to) {
    text.setSpan(span, from, to, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE);
  }

  /** The nodes of what is in the text: neighbouring pieces that are in the same link, or in none, are one. */
  void nodes(Layout layout, float x, float y, List<PageNode> into) {
    int i = 0;
    while (i < parts.size()) {
      Part first = parts.get(i);
      int end = i + 1;
      boolean object = first.object || first.element.kind == Kind.IMAGE;
      while (!object && end < parts.size() && parts.get(end).round == first.round
          && !parts.get(end).object && parts.get(end).element.kind != Kind.IMAGE) {
        end++;
      }
      int to = parts.get(end - 1).to;
      if (to > first.from) {
        PageNode node = new PageNode(!object && first.round != null ? first.round : first.element);
        String said = object ? first.element.text : text.subSequence(first.from, to).toString().trim();
        node.text = said;
        places(node, layout, first.from, to, x, y);
        if (object && first.round != null) {
          PageNode link = new PageNode(first.round);
          link.children.add(node);
          places(link, layout, first.from, to, x, y);
          into.add(link);
        } else if (object || !said.isEmpty()) {
          into.add(node);
        }
      }
      i = end;
    }
  }

  private static void places(PageNode node, Layout layout, int from, int to, float x, float y) {
    int last = layout.getLineForOffset(Math.max(from, to - 1));
    for (int line = layout.getLineForOffset(from); line <= last; line++) {
      float left = line == layout.getLineForOffset(from) ? layout.getPrimaryHorizontal(from) : layout.getLineLeft(line);
      boolean ends = line == last && to < layout.getLineEnd(line);
      float right = ends ? layout.getPrimaryHorizontal(to) : layout.getLineRight(line);
      float top = y + layout.getLineTop(line);
      node.place(x + Math.min(left, right), top, x + Math.max(left, right), y + layout.getLineBottom(line));
    }
  }
}
