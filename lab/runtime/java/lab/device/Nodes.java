package lab.device;

import android.content.res.Resources;
import android.graphics.Rect;
import android.view.View;
import android.view.ViewGroup;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A view tree as uiautomator sees it: every visible view's AccessibilityNodeInfo, and for views that
 * draw their own controls (Compose, WebView) the virtual nodes of their AccessibilityNodeProvider.
 */
final class Nodes {
  private static final int DEPTH_LIMIT = 400;

  private Nodes() {}

  static Map<String, Object> of(View view) {
    return of(view, 0);
  }

  private static Map<String, Object> of(View view, int depth) {
    AccessibilityNodeProvider provider = view.getAccessibilityNodeProvider();
    AccessibilityNodeInfo info =
        provider == null
            ? view.createAccessibilityNodeInfo()
            : provider.createAccessibilityNodeInfo(AccessibilityNodeProvider.HOST_VIEW_ID);
    if (info == null) {
      info = view.createAccessibilityNodeInfo();
    }
    Map<String, Object> fields = fields(info, bounds(view));
    put(fields, "resource_id", resourceId(view));
    flag(fields, "visible", view.isShown() && view.getGlobalVisibleRect(new Rect()));
    List<Object> children = new ArrayList<>();
    if (provider != null) {
      virtual(info, provider, children, depth + 1);
    }
    if (view instanceof ViewGroup && depth < DEPTH_LIMIT) {
      ViewGroup group = (ViewGroup) view;
      for (int i = 0; i < group.getChildCount(); i++) {
        View child = group.getChildAt(i);
        if (child.getVisibility() == View.VISIBLE) {
          children.add(of(child, depth + 1));
        }
      }
    }
    if (!children.isEmpty()) {
      fields.put("children", children);
    }
    return fields;
  }

  private static void virtual(
      AccessibilityNodeInfo parent, AccessibilityNodeProvider provider, List<Object> into, int depth) {
    if (depth >= DEPTH_LIMIT) {
      return;
    }
    for (int i = 0; i < parent.getChildCount(); i++) {
      int id = AccessibilityNodeInfo.getVirtualDescendantId(parent.getChildId(i));
      if (id == AccessibilityNodeProvider.HOST_VIEW_ID) {
        continue;
      }
      AccessibilityNodeInfo info = provider.createAccessibilityNodeInfo(id);
      if (info == null) {
        continue;
      }
      Rect bounds = new Rect();
      info.getBoundsInScreen(bounds);
      Map<String, Object> fields = fields(info, bounds);
      put(fields, "resource_id", info.getViewIdResourceName());
      flag(fields, "visible", info.isVisibleToUser());
      List<Object> children = new ArrayList<>();
      virtual(info, provider, children, depth + 1);
      if (!children.isEmpty()) {
        fields.put("children", children);
      }
      into.add(fields);
    }
  }

  private static Map<String, Object> fields(AccessibilityNodeInfo info, Rect bounds) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, "class", info.getClassName());
    put(fields, "package", info.getPackageName());
    put(fields, "text", info.getText());
    put(fields, "content_desc", info.getContentDescription());
    put(fields, "hint", info.getHintText());
    fields.put("bounds", bounds(bounds));
    flag(fields, "checkable", info.isCheckable());
    flag(fields, "checked", info.isChecked());
    flag(fields, "clickable", info.isClickable());
    flag(fields, "enabled", info.isEnabled());
    flag(fields, "focusable", info.isFocusable());
    flag(fields, "focused", info.isFocused());
    flag(fields, "scrollable", info.isScrollable());
    flag(fields, "long_clickable", info.isLongClickable());
    flag(fields, "password", info.isPassword());
    flag(fields, "selected", info.isSelected());
    return fields;
  }

  /** The part of the view that its parents let through; for one scrolled away, where it would be. */
  private static Rect bounds(View view) {
    Rect visible = new Rect();
    int[] screen = new int[2];
    int[] root = new int[2];
    view.getLocationOnScreen(screen);
    if (view.getGlobalVisibleRect(visible)) {
      view.getRootView().getLocationOnScreen(root);
      visible.offset(root[0], root[1]);
      return visible;
    }
    return new Rect(screen[0], screen[1], screen[0] + view.getWidth(), screen[1] + view.getHeight());
  }

  static List<Integer> bounds(Rect rect) {
    return Arrays.asList(rect.left, rect.top, rect.right, rect.bottom);
  }

  private static String resourceId(View view) {
    int id = view.getId();
    if (id == View.NO_ID || (id >>> 24) == 0) {
      return null;
    }
    try {
      return view.getResources().getResourceName(id);
    } catch (Resources.NotFoundException e) {
      return null;
    }
  }

  private static void put(Map<String, Object> fields, String name, CharSequence value) {
    if (value != null && value.length() > 0) {
      fields.put(name, value.toString());
    }
  }

  private static void flag(Map<String, Object> fields, String name, boolean value) {
    if (value) {
      fields.put(name, true);
    }
  }
}
