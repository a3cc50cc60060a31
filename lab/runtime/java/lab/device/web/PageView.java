package lab.device.web;

import android.content.res.Configuration;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Paint;
import android.graphics.Rect;
import android.os.Bundle;
import android.os.Handler;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.VelocityTracker;
import android.view.View;
import android.view.ViewConfiguration;
import android.view.ViewGroup;
import android.view.accessibility.AccessibilityEvent;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import android.view.inputmethod.EditorInfo;
import android.view.inputmethod.InputConnection;
import android.webkit.WebView;
import android.widget.OverScroller;
import java.util.List;
import java.util.function.Supplier;
import lab.boot.web.Element;
import lab.boot.web.Element.Kind;
import lab.boot.web.Style;
import lab.boot.web.Tab;
import org.robolectric.util.ReflectionHelpers;

/**
 * A page on the screen: what WebView hands on to WebViewProvider.ViewDelegate and ScrollDelegate, which
 * {@link Delegated} finds by name. The WebView itself scrolls, so that apps see how far a person has read.
 */
public final class PageView extends PlainView {
  private final LabWebSettings settings;
  private final PageNodes nodes;
  private final Images images = new Images();
  private final Fields fields;
  private final OverScroller scroller;
  private final int slop;
  private Supplier<Tab> tab;
  private Element page;
  private Flow flow;
  private int laidWidth = -1;
  private volatile int width;
  private int background = Color.WHITE;
  private String title = "";
  private String wanted;
  private VelocityTracker velocity;
  private float downX;
  private float downY;
  private float lastY;
  private boolean dragging;

  PageView(WebView view, WebView.PrivateAccess access, LabWebSettings settings) {
    super(view, access);
    this.settings = settings;
    nodes = new PageNodes(this, view);
    fields = new Fields(view, density());
    scroller = new OverScroller(view.getContext());
    width = view.getResources().getDisplayMetrics().widthPixels;
    slop = ViewConfiguration.get(view.getContext()).getScaledTouchSlop();
  }

  void pressed(Supplier<Tab> to) {
    tab = to;
    fields.tell(to);
  }

  float density() {
    return view.getResources().getDisplayMetrics().density;
  }

  /** Pixels of the screen. */
  int height() {
    return flow == null ? 0 : Math.round(flow.height);
  }

  boolean shows() {
    return flow != null;
  }

  String title() {
    return title;
  }

  void title(String name) {
    title = name;
  }

  Images images() {
    return images;
  }

  boolean hasImages() {
    return images.any();
  }

  /** Lays a page out as it would be now. On any thread; long for a long page. */
  Flow laid(Element element) {
    return new Flow(element, width, density(), settings.getTextZoom() / 100f, images::get);
  }

  /** `ready`: what {@link #laid} made of it. */
  void show(Element element, Flow ready, int scroll) {
    page = element;
    images.want(element);
    if (ready.width == width()) {
      lay(ready);
    } else {
      lay(width());
    }
    view.scrollTo(view.getScrollX(), clamped(scroll));
    if (wanted != null) {
      scrollToId(wanted);
    }
  }

  /** Images have come. */
  void refreshed() {
    if (page != null) {
      lay(laidWidth);
    }
  }

  private int width() {
    return view.getWidth() > 0 ? view.getWidth() : view.getResources().getDisplayMetrics().widthPixels;
  }

  private void lay(int across) {
    width = across;
    lay(laid(page));
  }

  private void lay(Flow ready) {
    laidWidth = Math.round(ready.width);
    width = laidWidth;
    int before = height();
    flow = ready;
    fields.place(flow.nodes);
    nodes.show(flow.nodes);
    view.invalidate();
    if (before != height() && wrapsContent()) {
      view.requestLayout();
    }
  }

  private boolean wrapsContent() {
    ViewGroup.LayoutParams params = view.getLayoutParams();
    return params != null && params.height == ViewGroup.LayoutParams.WRAP_CONTENT;
  }

  /** Tells the browser how large its window is. */
  void resized(Tab to) {
    int height = view.getHeight() > 0 ? view.getHeight() : view.getResources().getDisplayMetrics().heightPixels;
    to.resize(Math.round(width() / density()), Math.round(height / density()));
  }

  void destroy() {
    page = null;
    flow = null;
    fields.clear();
    nodes.show(java.util.Collections.emptyList());
  }

  private int clamped(int y) {
    return Math.max(0, Math.min(y, height() - view.getHeight()));
  }

  boolean page(int by) {
    int before = view.getScrollY();
    view.scrollTo(view.getScrollX(), clamped(before + by));
    return view.getScrollY() != before;
  }

  void scrollToId(String id) {
    PageNode there = flow == null || id.isEmpty() ? null : find(flow.nodes, id);
    wanted = there == null ? id : null;
    if (there != null) {
      view.scrollTo(view.getScrollX(), clamped(there.bounds().top));
    }
  }

  private static PageNode find(List<PageNode> among, String id) {
    for (PageNode node : among) {
      if (id.equals(node.element.id)) {
        return node;
      }
      PageNode below = find(node.children, id);
      if (below != null) {
        return below;
      }
    }
    return null;
  }

  /** The part of the page that is seen, in coordinates of the screen; empty at the edge for what is not. */
  Rect onScreen(Rect place) {
    int[] at = new int[2];
    view.getLocationOnScreen(at);
    Rect moved = new Rect(place);
    moved.offset(at[0] - view.getScrollX(), at[1] - view.getScrollY());
    Rect window = new Rect();
    if (view.getGlobalVisibleRect(window)) {
      int[] root = new int[2];
      view.getRootView().getLocationOnScreen(root);
      window.offset(root[0], root[1]);
    } else {
      window.set(at[0], at[1], at[0] + view.getWidth(), at[1] + view.getHeight());
    }
    moved.left = Math.max(window.left, Math.min(moved.left, window.right));
    moved.right = Math.max(window.left, Math.min(moved.right, window.right));
    moved.top = Math.max(window.top, Math.min(moved.top, window.bottom));
    moved.bottom = Math.max(window.top, Math.min(moved.bottom, window.bottom));
    return moved;
  }

  private PageNode at(float x, float y) {
    return flow == null ? null : at(flow.nodes, x, y);
  }

  private static PageNode at(List<PageNode> among, float x, float y) {
    for (int i = among.size() - 1; i >= 0; i--) {
      PageNode node = among.get(i);
      PageNode below = at(node.children, x, y);
      if (below != null) {
        return below;
      }
      if (node.has(x, y)) {
        return node;
      }
    }
    return null;
  }

  /** What a tap on it does: an element's own deed, and the page's handlers. */
  void press(PageNode node) {
    Element e = node.element;
    if (!e.enabled || tab == null || page == null) {
      return;
    }
    if (e.kind == Kind.SELECT) {
      Dialogs.choose(view, e.options, e.chosen, option -> tab.get().choose(e.number, option));
    } else {
      tab.get().click(e.number);
    }
  }

  WebView.HitTestResult hit() {
    WebView.HitTestResult result = new WebView.HitTestResult();
    PageNode node = at(downX + view.getScrollX(), downY + view.getScrollY());
    if (node == null) {
      return result;
    }
    boolean link = node.element.kind == Kind.LINK;
    boolean image = node.element.kind == Kind.IMAGE;
    result.setType(
        link ? WebView.HitTestResult.SRC_ANCHOR_TYPE
            : image ? WebView.HitTestResult.IMAGE_TYPE : WebView.HitTestResult.UNKNOWN_TYPE);
    result.setExtra(link ? node.element.target : image ? node.element.source : null);
    return result;
  }

  public void onDraw(Canvas canvas) {
    int top = view.getScrollY();
    int bottom = top + Math.max(view.getHeight(), canvas.getHeight());
    int ground = flow != null && flow.canvas != 0 ? flow.canvas : background;
    if (ground >>> 24 != 0) {
      Paint paint = new Paint();
      paint.setColor(ground);
      canvas.drawRect(view.getScrollX(), top, view.getScrollX() + view.getWidth(), bottom, paint);
    }
    if (flow == null) {
      return;
    }
    for (Flow.Fill fill : flow.fills) {
      if (fill.place.bottom >= top && fill.place.top <= bottom) {
        draw(canvas, fill);
      }
    }
    for (Flow.Lines lines : flow.lines) {
      if (lines.y + lines.layout.getHeight() >= top && lines.y <= bottom) {
        canvas.save();
        canvas.translate(lines.x, lines.y);
        lines.layout.draw(canvas);
        canvas.restore();
      }
    }
  }

  private void draw(Canvas canvas, Flow.Fill fill) {
    Style style = fill.style;
    Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
    float radius = style.radius * density();
    if (style.background >>> 24 != 0) {
      paint.setColor(style.background);
      canvas.drawRoundRect(fill.place, radius, radius, paint);
    }
    bars(canvas, fill, paint);
    if (style.border > 0 && style.borderColour >>> 24 != 0) {
      paint.setStyle(Paint.Style.STROKE);
      paint.setStrokeWidth(style.border * density());
      paint.setColor(style.borderColour);
      canvas.drawRoundRect(fill.place, radius, radius, paint);
    }
  }

  private void bars(Canvas canvas, Flow.Fill fill, Paint paint) {
    android.graphics.RectF at = fill.place;
    float[] wide = fill.style.bars;
    float[][] places = {
      {at.left, at.top, at.right, at.top + wide[0] * density()},
      {at.right - wide[1] * density(), at.top, at.right, at.bottom},
      {at.left, at.bottom - wide[2] * density(), at.right, at.bottom},
      {at.left, at.top, at.left + wide[3] * density(), at.bottom},
    };
    for (int i = 0; i < places.length; i++) {
      if (wide[i] > 0) {
        paint.setColor(fill.style.barColours[i]);
        canvas.drawRect(places[i][0], places[i][1], places[i][2], places[i][3], paint);
      }
    }
  }

  public boolean onTouchEvent(MotionEvent event) {
    if (velocity == null) {
      velocity = VelocityTracker.obtain();
    }
    velocity.addMovement(event);
    switch (event.getActionMasked()) {
      case MotionEvent.ACTION_DOWN:
        down(event);
        return true;
      case MotionEvent.ACTION_MOVE:
        if (!dragging && Math.abs(event.getY() - downY) > slop) {
          dragging = true;
          lastY = event.getY();
        }
        if (dragging) {
          view.scrollTo(view.getScrollX(), clamped(view.getScrollY() + Math.round(lastY - event.getY())));
          lastY = event.getY();
        }
        return true;
      case MotionEvent.ACTION_UP:
        if (dragging) {
          velocity.computeCurrentVelocity(1000, ViewConfiguration.get(view.getContext()).getScaledMaximumFlingVelocity());
          fling(-Math.round(velocity.getYVelocity()));
        } else if (Math.abs(event.getX() - downX) <= slop) {
          tapped(event);
        }
        release();
        return true;
      default:
        release();
        return true;
    }
  }

  private void down(MotionEvent event) {
    scroller.forceFinished(true);
    downX = event.getX();
    downY = event.getY();
    dragging = false;
    if (view.getParent() != null && height() > view.getHeight()) {
      view.getParent().requestDisallowInterceptTouchEvent(true);
    }
  }

  private void tapped(MotionEvent event) {
    if (event.getEventTime() - event.getDownTime() >= ViewConfiguration.getLongPressTimeout()) {
      view.performLongClick();
      return;
    }
    fields.leave();
    view.requestFocus();
    PageNode node = at(event.getX() + view.getScrollX(), event.getY() + view.getScrollY());
    if (node != null) {
      press(node);
    }
  }

  private void release() {
    dragging = false;
    velocity.recycle();
    velocity = null;
  }

  /** Pixels a second, downwards in the page. */
  void fling(int speed) {
    if (Math.abs(speed) > ViewConfiguration.get(view.getContext()).getScaledMinimumFlingVelocity()) {
      scroller.fling(view.getScrollX(), view.getScrollY(), 0, speed, 0, 0, 0, Math.max(0, height() - view.getHeight()));
      view.postInvalidateOnAnimation();
    }
  }

  public void computeScroll() {
    if (scroller.computeScrollOffset()) {
      view.scrollTo(view.getScrollX(), clamped(scroller.getCurrY()));
      view.postInvalidateOnAnimation();
    }
  }

  public int computeHorizontalScrollRange() {
    return view.getWidth();
  }

  public int computeHorizontalScrollOffset() {
    return view.getScrollX();
  }

  public int computeVerticalScrollRange() {
    return Math.max(height(), view.getHeight());
  }

  public int computeVerticalScrollOffset() {
    return view.getScrollY();
  }

  public int computeVerticalScrollExtent() {
    return view.getHeight();
  }

  public void onMeasure(int width, int height) {
    int across = View.MeasureSpec.getMode(width) == View.MeasureSpec.UNSPECIFIED
        ? view.getResources().getDisplayMetrics().widthPixels : View.MeasureSpec.getSize(width);
    if (page != null && across > 0 && across != laidWidth) {
      lay(across);
    }
    int mode = View.MeasureSpec.getMode(height);
    int given = View.MeasureSpec.getSize(height);
    int down = mode == View.MeasureSpec.EXACTLY ? given
        : mode == View.MeasureSpec.AT_MOST ? Math.min(given, height()) : height();
    access.setMeasuredDimension(across, down);
  }

  public void onSizeChanged(int across, int down, int oldAcross, int oldDown) {
    if (page == null && across > 0) {
      width = across;
    } else if (across > 0 && across != laidWidth) {
      lay(across);
    }
    if (page != null && tab != null) {
      resized(tab.get());
    }
  }

  public void setBackgroundColor(int colour) {
    background = colour;
    view.invalidate();
  }

  public AccessibilityNodeProvider getAccessibilityNodeProvider() {
    return nodes;
  }

  public void onInitializeAccessibilityNodeInfo(AccessibilityNodeInfo info) {
    info.setScrollable(height() > view.getHeight());
  }

  public void onInitializeAccessibilityEvent(AccessibilityEvent event) {
    event.setClassName(WebView.class.getName());
    event.setScrollable(height() > view.getHeight());
  }

  public boolean performAccessibilityAction(int action, Bundle arguments) {
    if (action == AccessibilityNodeInfo.ACTION_SCROLL_FORWARD || action == AccessibilityNodeInfo.ACTION_SCROLL_BACKWARD) {
      return page(action == AccessibilityNodeInfo.ACTION_SCROLL_FORWARD ? view.getHeight() : -view.getHeight());
    }
    return access.super_performAccessibilityAction(action, arguments);
  }

  public boolean requestChildRectangleOnScreen(View child, Rect rect, boolean immediate) {
    rect.offset(child.getLeft(), child.getTop());
    return rect.bottom > view.getScrollY() + view.getHeight() && page(rect.bottom - view.getScrollY() - view.getHeight());
  }
}
