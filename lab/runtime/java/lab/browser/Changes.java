package lab.browser;

import org.htmlunit.html.CharacterDataChangeEvent;
import org.htmlunit.html.CharacterDataChangeListener;
import org.htmlunit.html.DomChangeEvent;
import org.htmlunit.html.DomChangeListener;
import org.htmlunit.html.HtmlAttributeChangeEvent;
import org.htmlunit.html.HtmlAttributeChangeListener;
import org.htmlunit.html.HtmlPage;

/** Whether a page looks other than when it was last looked at. */
final class Changes implements DomChangeListener, HtmlAttributeChangeListener, CharacterDataChangeListener {
  private static final long serialVersionUID = 1;

  private volatile boolean changed;

  void watch(HtmlPage page) {
    page.addDomChangeListener(this);
    page.addHtmlAttributeChangeListener(this);
    page.addCharacterDataChangeListener(this);
  }

  /** True once for each time that something changed. */
  boolean taken() {
    boolean was = changed;
    changed = false;
    return was;
  }

  @Override
  public void nodeAdded(DomChangeEvent event) {
    changed = true;
  }

  @Override
  public void nodeDeleted(DomChangeEvent event) {
    changed = true;
  }

  @Override
  public void attributeAdded(HtmlAttributeChangeEvent event) {
    changed = true;
  }

  @Override
  public void attributeRemoved(HtmlAttributeChangeEvent event) {
    changed = true;
  }

  @Override
  public void attributeReplaced(HtmlAttributeChangeEvent event) {
    changed = true;
  }

  @Override
  public void characterDataChanged(CharacterDataChangeEvent event) {
    changed = true;
  }
}
