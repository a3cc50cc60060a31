package lab.browser;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import lab.boot.web.Style;
import org.htmlunit.css.AbstractCssStyleDeclaration;
import org.htmlunit.css.StyleElement;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlElement;

/**
 * From an element and the style of its parent to its own: what a browser's own sheet says of its tag (HTML Standard,
 * 15.3), then what the page's rules say of it, which HtmlUnit finds.
 */
final class Styles {
  private static final Set<String> BLOCKS =
      set("address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer"
          + " form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary"
          + " table thead tbody tfoot caption td th ul iframe optgroup option");
  private static final Set<String> NEVER =
      set("head script style template title meta link base area datalist param rp source track noembed noframes svg audio"
          + " canvas video object embed map colgroup col");
  private static final Set<String> BOLD = set("b strong th h1 h2 h3 h4 h5 h6");
  private static final Set<String> ITALIC = set("i em cite dfn var address");
  private static final Set<String> MONO = set("pre code kbd samp tt");
  private static final float[] HEADINGS = {2f, 1.5f, 1.17f, 1f, .83f, .67f};
  private static final float[] HEADING_MARGINS = {.67f, .83f, 1f, 1.33f, 1.67f, 2.33f};
  private static final int LINK = 0xff0000ee;
  private static final float INDENT = 40;

  private final int viewport;

  /** `viewport`: the window's width, CSS pixels. */
  Styles(int viewport) {
    this.viewport = viewport;
  }

  Style of(DomElement element, AbstractCssStyleDeclaration rules, Style parent) {
    Style style = parent.inherited();
    String tag = element.getTagName().toLowerCase(Locale.ROOT);
    byTag(element, tag, style);
    size(rules, parent, style);
    tagMargins(tag, element, style);
    text(rules, style);
    display(element, tag, rules, style);
    box(rules, style);
    return style;
  }

  private static void byTag(DomElement element, String tag, Style style) {
    style.display = tag.equals("tr") ? Style.Display.ROW : BLOCKS.contains(tag) ? Style.Display.BLOCK : Style.Display.INLINE;
    style.bold |= BOLD.contains(tag);
    style.italic |= ITALIC.contains(tag);
    style.mono |= MONO.contains(tag);
    style.preformatted |= tag.equals("pre") || tag.equals("textarea");
    style.underline |= tag.equals("u") || tag.equals("ins");
    style.strike |= tag.equals("s") || tag.equals("del") || tag.equals("strike");
    if (tag.equals("a") && element.hasAttribute("href")) {
      style.underline = true;
      style.colour = LINK;
    }
    if (tag.equals("center") || tag.equals("th") || tag.equals("caption")) {
      style.align = Style.Align.CENTRE;
    }
    int heading = heading(tag);
    if (heading > 0) {
      style.size *= HEADINGS[heading - 1];
    } else if (tag.equals("small") || tag.equals("sub") || tag.equals("sup")) {
      style.size *= 5f / 6;
    } else if (tag.equals("big")) {
      style.size *= 1.2f;
    } else if (tag.equals("code") || tag.equals("pre")) {
      style.size *= 13f / 16;
    } else if (tag.equals("button") || tag.equals("input") || tag.equals("select") || tag.equals("textarea")) {
      style.size = 13.333f;
      style.bold = false;
    }
    Integer colour = tag.equals("font") ? Lengths.colour(element.getAttribute("color")) : null;
    if (colour != null) {
      style.colour = colour;
    }
    Integer ground = Lengths.colour(element.getAttribute("bgcolor"));
    if (ground != null) {
      style.background = ground;
    }
    align(element.getAttribute("align"), style);
  }

  /** 1 to 6, or 0. */
  static int heading(String tag) {
    return tag.length() == 2 && tag.charAt(0) == 'h' && tag.charAt(1) >= '1' && tag.charAt(1) <= '6' ? tag.charAt(1) - '0' : 0;
  }

  private void size(AbstractCssStyleDeclaration rules, Style parent, Style style) {
    String said = value(rules, "font-size");
    switch (said) {
      case "":
      case "inherit":
        break;
      case "smaller":
        style.size = parent.size / 1.2f;
        break;
      case "larger":
        style.size = parent.size * 1.2f;
        break;
      default:
        List<String> words = Arrays.asList("xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large");
        float[] sizes = {9, 10, 13, 16, 18, 24, 32};
        int word = words.indexOf(said);
        style.size = word >= 0 ? sizes[word] : Lengths.pixels(said, parent.size, parent.size, style.size);
    }
    style.size = Math.max(1, Math.min(200, style.size));
  }

  private static void tagMargins(String tag, DomElement element, Style style) {
    float em = style.size;
    int heading = heading(tag);
    if (heading > 0) {
      style.margin[0] = style.margin[2] = HEADING_MARGINS[heading - 1] * em;
      return;
    }
    switch (tag) {
      case "body":
        Arrays.fill(style.margin, 8);
        break;
      case "p":
      case "dl":
      case "pre":
        style.margin[0] = style.margin[2] = em;
        break;
      case "blockquote":
      case "figure":
        style.margin[0] = style.margin[2] = em;
        style.margin[1] = style.margin[3] = INDENT;
        break;
      case "ul":
      case "ol":
      case "menu":
        boolean nested = element.getParentNode() != null && element.getParentNode().getNodeName().equals("li");
        style.margin[0] = style.margin[2] = nested ? 0 : em;
        style.padding[3] = INDENT;
        break;
      case "dd":
        style.margin[3] = INDENT;
        break;
      case "td":
      case "th":
        cell(table(element), style);
        break;
      case "fieldset":
        Arrays.fill(style.padding, 8);
        style.border = 1;
        style.borderColour = 0xffc0c0c0;
        break;
      default:
        break;
    }
  }

  private static DomElement table(DomElement cell) {
    return cell instanceof HtmlElement ? ((HtmlElement) cell).getEnclosingElement("table") : null;
  }

  private static void cell(DomElement table, Style style) {
    float padding = table == null ? 1 : Lengths.pixels(table.getAttribute("cellpadding") + "px", 16, 0, 2);
    Arrays.fill(style.padding, Math.max(2, padding));
    if (table != null && Lengths.pixels(table.getAttribute("border") + "px", 16, 0, 0) > 0) {
      style.border = 1;
      style.borderColour = 0xff808080;
    }
  }

  private void text(AbstractCssStyleDeclaration rules, Style style) {
    Integer colour = Lengths.colour(value(rules, "color"));
    if (colour != null) {
      style.colour = colour;
    }
    String weight = value(rules, "font-weight");
    if (!weight.isEmpty() && !weight.equals("inherit")) {
      style.bold = weight.startsWith("bold") || (weight.matches("\\d+") && Integer.parseInt(weight) >= 600);
    }
    String slant = value(rules, "font-style");
    if (!slant.isEmpty()) {
      style.italic = slant.equals("italic") || slant.equals("oblique");
    }
    String line = value(rules, "text-decoration") + " " + value(rules, "text-decoration-line");
    if (!line.trim().isEmpty()) {
      style.underline = line.contains("underline");
      style.strike = line.contains("line-through");
    }
    align(value(rules, "text-align"), style);
    String white = value(rules, "white-space");
    if (!white.isEmpty()) {
      style.preformatted = white.startsWith("pre");
    }
    String height = value(rules, "line-height");
    if (height.equals("normal")) {
      style.lineHeight = 0;
    } else if (!height.isEmpty()) {
      float plain = height.matches("[\\d.]+") ? Float.parseFloat(height) : 0;
      style.lineHeight = plain > 0 ? plain : Lengths.pixels(height, style.size, style.size, 0) / style.size;
    }
    String visible = value(rules, "visibility");
    if (!visible.isEmpty()) {
      style.hidden = visible.equals("hidden") || visible.equals("collapse");
    }
  }

  private static void align(String said, Style style) {
    switch (said.toLowerCase(Locale.ROOT)) {
      case "center":
      case "-webkit-center":
        style.align = Style.Align.CENTRE;
        break;
      case "right":
      case "end":
        style.align = Style.Align.END;
        break;
      case "left":
      case "start":
      case "justify":
        style.align = Style.Align.START;
        break;
      default:
        break;
    }
  }

  /** A style whose display is null is of an element that is not shown, nor what is in it. */
  private static void display(DomElement element, String tag, AbstractCssStyleDeclaration rules, Style style) {
    String said = value(rules, "display");
    boolean away = NEVER.contains(tag) || (said.isEmpty() && (element.hasAttribute("hidden")
        || (tag.equals("dialog") && !element.hasAttribute("open"))));
    if (away || said.equals("none") || (tag.equals("input") && element.getAttribute("type").equalsIgnoreCase("hidden"))) {
      style.display = null;
    } else if (said.endsWith("flex") || said.equals("table-row")) {
      String way = value(rules, "flex-direction") + " " + value(rules, "flex-flow");
      style.display = way.contains("column") ? Style.Display.BLOCK : Style.Display.ROW;
    } else if (said.equals("inline") || said.startsWith("inline-")) {
      style.display = Style.Display.INLINE;
    } else if (!said.isEmpty() && !said.equals("contents") && !said.equals("inherit") && !said.equals("initial")) {
      style.display = Style.Display.BLOCK;
    }
  }

  private void box(AbstractCssStyleDeclaration rules, Style style) {
    sides(rules, "margin", style.margin, style);
    sides(rules, "padding", style.padding, style);
    Integer ground = Lengths.colour(later(rules, "background-color", "background"));
    if (ground == null) {
      ground = Lengths.colourIn(value(rules, "background"));
    }
    if (ground != null) {
      style.background = ground;
    }
    String border = value(rules, "border");
    if (!border.isEmpty()) {
      style.border = 0;
      boolean drawn = !border.contains("none");
      for (String word : Lengths.words(border)) {
        style.border = drawn ? Lengths.pixels(word, style.size, -1, style.border) : 0;
      }
      Integer colour = Lengths.colourIn(border);
      style.borderColour = colour == null ? style.colour : colour;
    }
    bars(rules, style);
    style.chip = style.display == Style.Display.INLINE && value(rules, "display").startsWith("inline-")
        && (style.background >>> 24 != 0 || style.border > 0);
    String share = value(rules, "justify-content");
    style.spread = share.startsWith("space-");
    if (style.display == Style.Display.ROW && share.equals("center")) {
      style.align = Style.Align.CENTRE;
    }
    style.radius = Lengths.pixels(value(rules, "border-radius"), style.size, -1, style.radius);
    style.width = Math.max(0, Lengths.pixels(value(rules, "width"), style.size, -1, 0));
    if (style.width > viewport) {
      style.width = 0;
    }
  }

  private static void bars(AbstractCssStyleDeclaration rules, Style style) {
    String[] names = {"border-top", "border-right", "border-bottom", "border-left"};
    for (int i = 0; i < names.length; i++) {
      String said = later(rules, names[i], "border");
      if (said.isEmpty() || said.contains("none")) {
        continue;
      }
      for (String word : Lengths.words(said)) {
        style.bars[i] = Lengths.pixels(word, style.size, -1, style.bars[i]);
      }
      Integer colour = Lengths.colourIn(said);
      style.barColours[i] = colour == null ? style.colour : colour;
    }
  }

  private void sides(AbstractCssStyleDeclaration rules, String name, float[] sides, Style style) {
    List<String> words = Lengths.words(value(rules, name));
    if (!words.isEmpty() && words.size() <= 4) {
      int[] which = words.size() == 1 ? new int[] {0, 0, 0, 0}
          : words.size() == 2 ? new int[] {0, 1, 0, 1}
              : words.size() == 3 ? new int[] {0, 1, 2, 1} : new int[] {0, 1, 2, 3};
      for (int i = 0; i < 4; i++) {
        sides[i] = Lengths.pixels(words.get(which[i]), style.size, viewport, 0);
      }
    }
    String[] names = {"-top", "-right", "-bottom", "-left"};
    for (int i = 0; i < 4; i++) {
      String said = later(rules, name + names[i], name);
      if (!said.isEmpty()) {
        sides[i] = Lengths.pixels(said, style.size, viewport, 0);
      }
    }
  }

  private static String value(AbstractCssStyleDeclaration rules, String name) {
    StyleElement found = rules.getStyleElement(name);
    return found == null || found.getValue() == null ? "" : found.getValue().trim().toLowerCase(Locale.ROOT);
  }

  /** The value of a property of one side, unless the shorthand for all was said after it or more strongly. */
  private static String later(AbstractCssStyleDeclaration rules, String side, String shorthand) {
    StyleElement one = rules.getStyleElement(side);
    StyleElement all = rules.getStyleElement(shorthand);
    if (one != null && all != null) {
      int stronger = StyleElement.compareToByImportanceAndSpecificity(one, all);
      boolean first = stronger < 0 || (stronger == 0 && one.getIndex() < all.getIndex());
      if (first) {
        return "";
      }
    }
    return value(rules, side);
  }

  private static Set<String> set(String words) {
    return new HashSet<>(Arrays.asList(words.split(" ")));
  }
}
