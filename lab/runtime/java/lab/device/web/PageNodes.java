package lab.device.web;

import android.graphics.Rect;
import android.os.Bundle;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import android.webkit.WebView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;

/**
 * A page as uiautomator sees it on a phone: in the WebView another of that class with the page's title, in it the elements
 * by the class names of Chromium's AXRoleToAndroidClassName. What is scrolled away is there too, at the edge.
 */
final class PageNodes extends AccessibilityNodeProvider {
  private static final int ROOT = 1;

  private final PageView page;
  private final WebView view;
  private final Map<Integer, PageNode> nodes = new HashMap<>();
  private final Map<PageNode, Integer> numbers = new HashMap<>();
  private List<PageNode> top = new ArrayList<>();
  private int last = ROOT;

  PageNodes(PageView page, WebView view) {
    this.page = page;
    this.view = view;
  }

  void show(List<PageNode> laid) {
    nodes.clear();
    numbers.clear();
    last = ROOT;
    top = spoken(laid);
  }

  /** Of elements that only hold others, those others; fields are views of their own. */
  private List<PageNode> spoken(List<PageNode> laid) {
    List<PageNode> said = new ArrayList<>();
    for (PageNode node : laid) {
      if (node.element.kind == Kind.FIELD) {
        continue;
      }
      PageNode one = node;
      if (!node.children.isEmpty()) {
        one = new PageNode(node.element);
        one.text = node.text;
        one.pieces.addAll(node.pieces);
        Rect bounds = node.bounds();
        one.place(bounds.left, bounds.top, bounds.right, bounds.bottom);
        one.children.addAll(spoken(node.children));
      }
      Element e = one.element;
      boolean itself = !one.text.isEmpty() || e.kind != Kind.BOX || e.pressable || !e.id.isEmpty();
      if (itself) {
        number(one);
        said.add(one);
      } else {
        said.addAll(one.children);
      }
    }
    return said;
  }

  private void number(PageNode node) {
    nodes.put(++last, node);
    numbers.put(node, last);
  }

  @Override
  public AccessibilityNodeInfo createAccessibilityNodeInfo(int id) {
    if (id == HOST_VIEW_ID) {
      AccessibilityNodeInfo info = AccessibilityNodeInfo.obtain(view);
      view.onInitializeAccessibilityNodeInfo(info);
      info.setClassName(WebView.class.getName());
      if (page.shows()) {
        info.addChild(view, ROOT);
      }
      return info;
    }
    AccessibilityNodeInfo info = AccessibilityNodeInfo.obtain(view, id);
    info.setPackageName(view.getContext().getPackageName());
    info.setVisibleToUser(view.isShown());
    info.setEnabled(true);
    if (id == ROOT) {
      info.setClassName(WebView.class.getName());
      info.setText(page.title());
      info.setScrollable(page.height() > view.getHeight());
      info.setFocusable(true);
      int top = view.getScrollY();
      info.setBoundsInScreen(page.onScreen(new Rect(0, top, view.getWidth(), top + view.getHeight())));
      this.top.forEach(child -> info.addChild(view, numbers.get(child)));
      return info;
    }
    PageNode node = nodes.get(id);
    if (node == null) {
      return null;
    }
    fill(info, node);
    return info;
  }

  private void fill(AccessibilityNodeInfo info, PageNode node) {
    Element e = node.element;
    info.setClassName(className(e));
    info.setText(node.text);
    info.setViewIdResourceName(e.id.isEmpty() || e.kind == Kind.TEXT ? null : e.id);
    info.setBoundsInScreen(page.onScreen(node.bounds()));
    boolean control = Flow.isControl(e.kind) && e.kind != Kind.IMAGE;
    info.setClickable((control || e.kind == Kind.LINK || e.pressable) && e.enabled);
    info.setFocusable(info.isClickable());
    info.setEnabled(e.enabled);
    info.setCheckable(e.kind == Kind.CHECKBOX || e.kind == Kind.RADIO);
    info.setChecked(e.checked);
    for (PageNode child : node.children) {
      info.addChild(view, numbers.get(child));
    }
    if (info.isClickable()) {
      info.addAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_CLICK);
    }
  }

  private static String className(Element e) {
    switch (e.kind) {
      case TEXT:
        return "android.widget.TextView";
      case BUTTON:
        return "android.widget.Button";
      case CHECKBOX:
        return "android.widget.CheckBox";
      case RADIO:
        return "android.widget.RadioButton";
      case SELECT:
        return "android.widget.Spinner";
      case IMAGE:
        return "android.widget.Image";
      case LIST:
        return "android.widget.ListView";
      case TABLE:
        return "android.widget.GridView";
      default:
        return "android.view.View";
    }
  }

  @Override
  public boolean performAction(int id, int action, Bundle arguments) {
    PageNode node = nodes.get(id);
    if (node != null && action == AccessibilityNodeInfo.ACTION_CLICK) {
      page.press(node);
      return true;
    }
    return id == HOST_VIEW_ID && view.performAccessibilityAction(action, arguments);
  }
}
