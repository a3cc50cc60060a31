package lab.boot.web;

import java.util.Collections;
import java.util.List;

/** A page at one moment, as a tree that is never changed: what is shown of each element, and nothing else. */
public final class Element {
  /** What it is to the person who looks at the page. */
  public enum Kind {
    TEXT,
    BOX,
    LINK,
    BUTTON,
    CHECKBOX,
    RADIO,
    FIELD,
    SELECT,
    IMAGE,
    RULE,
    BREAK,
    LIST,
    TABLE,
    HEADING
  }

  public final Kind kind;
  /** By which the browser knows it; the same as long as the element is on the page. */
  public final int number;
  public final Style style;
  /** Of text, what it says; of a control its label or value; of an image its alternative text. */
  public final String text;

  public final List<Element> children;
  /** The page's own id of it, or "". */
  public String id = "";
  /** The target of a link, absolute, or "". */
  public String target = "";
  /** The address of an image. */
  public String source = "";
  /** Of a list's entry what stands before it; of a field its placeholder. */
  public String mark = "";
  public List<String> options = Collections.emptyList();
  public int chosen;
  public boolean checked;
  public boolean enabled = true;
  public boolean password;
  public boolean multiline;
  /** Of an image, CSS pixels as the page says, or 0. */
  public float width;

  public float height;
  /** Pressing it does something though it is no link and no control: it has a handler for clicks. */
  public boolean pressable;

  public Element(Kind kind, int number, Style style, String text, List<Element> children) {
    this.kind = kind;
    this.number = number;
    this.style = style;
    this.text = text;
    this.children = children;
  }
}
