package lab.browser;

import java.net.MalformedURLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;
import lab.boot.web.Style;
import org.htmlunit.Page;
import org.htmlunit.css.ComputedCssStyleDeclaration;
import org.htmlunit.css.CssStyleSheet;
import org.htmlunit.css.ElementCssStyleDeclaration;
import org.htmlunit.css.StyleElement;
import org.htmlunit.html.BaseFrameElement;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.DomText;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlImage;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlOption;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.htmlunit.html.HtmlTextArea;

/** What is shown of a page, read off its document. Numbers of elements stay theirs from one snapshot to the next. */
final class Snapshot {
  private static final int DEPTH_LIMIT = 300;

  private final Map<DomElement, Integer> numbers = new WeakHashMap<>();
  private final Map<Integer, DomElement> elements = new HashMap<>();
  private final Map<HtmlPage, List<CssStyleSheet>> sheets = new HashMap<>();
  private int last;

  /** The element of that number, or null when the page shows it no more. */
  DomElement element(int number) {
    return elements.get(number);
  }

  /** With the page's lock held. `viewport`: CSS pixels. */
  Element of(HtmlPage page, int viewport) {
    elements.clear();
    sheets.clear();
    Style root = new Style();
    root.display = Style.Display.BLOCK;
    DomElement top = page.getDocumentElement();
    Element shown = top == null ? null : element(top, root, new Styles(viewport), 0, "");
    return shown != null ? shown : new Element(Kind.BOX, 0, root, "", Collections.emptyList());
  }

  private int number(DomElement element) {
    int number = numbers.computeIfAbsent(element, one -> ++last);
    elements.put(number, element);
    return number;
  }

  private Element element(DomElement dom, Style parent, Styles styles, int depth, String mark) {
    String tag = dom.getTagName().toLowerCase(Locale.ROOT);
    if (depth > DEPTH_LIMIT || (tag.equals("noscript") && scripted(dom))) {
      return null;
    }
    ComputedCssStyleDeclaration rules = rules(dom);
    Style style = styles.of(dom, rules, parent);
    if (style.display == null) {
      return null;
    }
    Element shown = control(dom, tag, style);
    if (shown == null) {
      shown = new Element(kind(dom, tag), number(dom), style, "", children(dom, tag, rules, style, styles, depth));
    }
    shown.id = dom.getId();
    shown.enabled = !dom.hasAttribute("disabled");
    if (shown.kind == Kind.LINK) {
      shown.target = target(dom);
    }
    shown.pressable = dom instanceof HtmlElement && ((HtmlElement) dom).hasEventHandlers("onclick");
    if (shown.mark.isEmpty()) {
      shown.mark = mark;
    }
    return shown;
  }

  private static boolean scripted(DomElement dom) {
    return dom.getPage().getWebClient().isJavaScriptEnabled();
  }

  private static Kind kind(DomElement dom, String tag) {
    switch (tag) {
      case "a":
        return dom.hasAttribute("href") ? Kind.LINK : Kind.BOX;
      case "br":
        return Kind.BREAK;
      case "hr":
        return Kind.RULE;
      case "ul":
      case "ol":
        return Kind.LIST;
      case "table":
        return Kind.TABLE;
      default:
        return Styles.heading(tag) > 0 ? Kind.HEADING : Kind.BOX;
    }
  }

  private List<Element> children(
      DomElement dom, String tag, ComputedCssStyleDeclaration rules, Style style, Styles styles, int depth) {
    if (dom instanceof BaseFrameElement) {
      Page inner = ((BaseFrameElement) dom).getEnclosedPage();
      DomElement top = inner instanceof HtmlPage ? ((HtmlPage) inner).getDocumentElement() : null;
      Style fresh = new Style();
      fresh.display = Style.Display.BLOCK;
      Element shown = top == null ? null : element(top, fresh, styles, depth + 1, "");
      return shown == null ? Collections.emptyList() : Collections.singletonList(shown);
    }
    boolean closed = tag.equals("details") && !dom.hasAttribute("open");
    int item = start(dom);
    List<Element> children = new ArrayList<>();
    for (DomNode node = dom.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof DomText) {
        String text = ((DomText) node).getData();
        if (!text.isEmpty() && !style.hidden && !closed) {
          children.add(new Element(Kind.TEXT, number(dom), style, text, Collections.emptyList()));
        }
      } else if (node instanceof DomElement) {
        DomElement child = (DomElement) node;
        boolean entry = child.getTagName().equalsIgnoreCase("li");
        if (closed && !child.getTagName().equalsIgnoreCase("summary")) {
          continue;
        }
        String mark = entry && (tag.equals("ul") || tag.equals("ol")) ? mark(rules, tag, item++) : "";
        Element shown = element(child, style, styles, depth + 1, mark);
        if (shown != null) {
          children.add(shown);
        }
      }
    }
    return children;
  }

  private static int start(DomElement list) {
    String said = list.getAttribute("start");
    return said.matches("-?\\d{1,6}") ? Integer.parseInt(said) : 1;
  }

  private static String mark(ComputedCssStyleDeclaration list, String tag, int item) {
    for (String name : new String[] {"list-style-type", "list-style"}) {
      StyleElement rule = list.getStyleElement(name);
      if (rule != null && rule.getValue().contains("none")) {
        return "";
      }
    }
    return tag.equals("ul") ? "•" : item + ".";
  }

  /** What the page's rules say of an element. As WebWindow's, which looks for the sheets in the whole page for each. */
  private ComputedCssStyleDeclaration rules(DomElement dom) {
    ComputedCssStyleDeclaration rules = new ComputedCssStyleDeclaration(new ElementCssStyleDeclaration(dom));
    HtmlPage page = (HtmlPage) dom.getPage();
    for (CssStyleSheet sheet : sheets.computeIfAbsent(page, HtmlPage::getStyleSheets)) {
      if (sheet.isEnabled() && sheet.isActive()) {
        sheet.modifyIfNecessary(rules, dom, null, page);
      }
    }
    return rules;
  }

  private static String target(DomElement link) {
    try {
      return TabClient.text(((HtmlPage) link.getPage()).getFullyQualifiedUrl(link.getAttribute("href")));
    } catch (MalformedURLException e) {
      return link.getAttribute("href");
    }
  }

  /** Elements that stand for themselves, or null for all others. */
  private Element control(DomElement dom, String tag, Style style) {
    switch (tag) {
      case "input":
        return input((HtmlInput) dom, style);
      case "button":
        return plain(Kind.BUTTON, dom, style, text(dom));
      case "textarea":
        Element area = plain(Kind.FIELD, dom, style, ((HtmlTextArea) dom).getText());
        area.multiline = true;
        area.mark = dom.getAttribute("placeholder");
        return area;
      case "select":
        return select((HtmlSelect) dom, style);
      case "img":
        return image(dom, style);
      default:
        return null;
    }
  }

  private Element plain(Kind kind, DomElement dom, Style style, String text) {
    return new Element(kind, number(dom), style, text, Collections.emptyList());
  }

  private Element input(HtmlInput input, Style style) {
    String type = input.getType().toLowerCase(Locale.ROOT);
    switch (type) {
      case "submit":
      case "button":
      case "reset":
      case "image":
      case "file":
        String label = input.getValue();
        String usual =
            type.equals("submit") ? "Submit"
                : type.equals("reset") ? "Reset"
                    : type.equals("file") ? "Choose File" : input.getAttribute("alt");
        return plain(Kind.BUTTON, input, style, label.isEmpty() ? usual : label);
      case "checkbox":
      case "radio":
        Element box = plain(type.equals("radio") ? Kind.RADIO : Kind.CHECKBOX, input, style, label(input));
        box.checked = input.isChecked();
        return box;
      default:
        Element field = plain(Kind.FIELD, input, style, input.getValue());
        field.password = type.equals("password");
        field.mark = input.getAttribute("placeholder");
        return field;
    }
  }

  /** What a box to tick is called: its label's text. */
  private static String label(HtmlInput input) {
    if (input.hasAttribute("aria-label")) {
      return input.getAttribute("aria-label");
    }
    HtmlElement round = input.getEnclosingElement("label");
    if (round == null && !input.getId().isEmpty()) {
      for (DomElement label : input.getPage().getElementsByTagName("label").toArray(new DomElement[0])) {
        if (label.getAttribute("for").equals(input.getId())) {
          return text(label);
        }
      }
    }
    return round == null ? "" : text(round);
  }

  private Element select(HtmlSelect select, Style style) {
    List<String> options = new ArrayList<>();
    for (HtmlOption option : select.getOptions()) {
      options.add(text(option));
    }
    int chosen = Math.max(0, select.getSelectedIndex());
    Element shown = plain(Kind.SELECT, select, style, chosen < options.size() ? options.get(chosen) : "");
    shown.options = options;
    shown.chosen = chosen;
    return shown;
  }

  private Element image(DomElement dom, Style style) {
    Element image = plain(Kind.IMAGE, dom, style, dom.getAttribute("alt"));
    if (dom instanceof HtmlImage) {
      image.source = source(dom);
    }
    float width = Lengths.pixels(dom.getAttribute("width") + "px", style.size, -1, 0);
    image.width = style.width > 0 ? style.width : width;
    image.height = Lengths.pixels(dom.getAttribute("height") + "px", style.size, -1, 0);
    return image;
  }

  static String source(DomElement image) {
    String said = image.getAttribute("src");
    if (said.isEmpty() || said.startsWith("data:")) {
      return said;
    }
    try {
      return TabClient.text(((HtmlPage) image.getPage()).getFullyQualifiedUrl(said));
    } catch (MalformedURLException e) {
      return "";
    }
  }

  private static String text(DomNode node) {
    return node.getTextContent().trim().replaceAll("\\s+", " ");
  }
}
