package lab.boot.web;

/** How one element looks, all inherited values resolved. Lengths are CSS pixels; colours ARGB, 0 for none. */
public final class Style implements Cloneable {
  /** What an element is to the flow around it. */
  public enum Display {
    INLINE,
    BLOCK,
    /** Children stand side by side, each as wide as its share. */
    ROW
  }

  /** Where lines begin. */
  public enum Align {
    START,
    CENTRE,
    END
  }

  public Display display = Display.INLINE;
  public Align align = Align.START;
  public float size = 16;
  /** Of a line, as a factor of the size; 0 where the page does not say. */
  public float lineHeight;
  public boolean bold;
  public boolean italic;
  public boolean underline;
  public boolean strike;
  public boolean mono;
  public boolean preformatted;
  public boolean hidden;
  public int colour = 0xff000000;
  public int background;
  public int borderColour;
  public float border;
  public float radius;
  /** Top, right, bottom, left. */
  public float[] margin = new float[4];

  public float[] padding = new float[4];
  /** Fixed width, or 0. */
  public float width;
  /** Bars along single sides: how wide, and in which colour; top, right, bottom, left. */
  public float[] bars = new float[4];

  public int[] barColours = new int[4];
  /** Of a row: what room is left goes between its children. */
  public boolean spread;
  /** An inline box with a ground or a frame of its own, as links that look like buttons are. */
  public boolean chip;

  /** The style of a child before its own rules: what CSS inherits, and nothing else. */
  public Style inherited() {
    try {
      Style child = (Style) clone();
      child.display = Display.INLINE;
      child.background = 0;
      child.border = 0;
      child.radius = 0;
      child.width = 0;
      child.bars = new float[4];
      child.barColours = new int[4];
      child.spread = false;
      child.chip = false;
      child.margin = new float[4];
      child.padding = new float[4];
      return child;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
