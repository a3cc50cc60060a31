package lab.device;

import android.app.Activity;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Point;
import android.graphics.Rect;
import android.view.View;
import android.view.WindowManager;
import android.view.WindowManagerGlobal;
import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowDisplay;
import org.robolectric.shadows.ShadowViewRootImpl;
import org.robolectric.util.ReflectionHelpers;

/** All windows of this process that are on the screen: what is seen and what is touched. */
final class Windows {
  static final class Window {
    final View root;
    final WindowManager.LayoutParams params;
    final Object token;
    final Rect bounds;

    Window(View root, WindowManager.LayoutParams params, Object token) {
      this.root = root;
      this.params = params;
      this.token = token;
      int[] at = new int[2];
      root.getLocationOnScreen(at);
      bounds = new Rect(at[0], at[1], at[0] + root.getWidth(), at[1] + root.getHeight());
    }

    boolean has(int flag) {
      return (params.flags & flag) != 0;
    }

    boolean focusable() {
      return !has(WindowManager.LayoutParams.FLAG_NOT_FOCUSABLE);
    }

    String type() {
      if (params.type == WindowManager.LayoutParams.TYPE_BASE_APPLICATION) {
        return "activity";
      }
      if (params.type == WindowManager.LayoutParams.TYPE_TOAST) {
        return "toast";
      }
      return params.type >= WindowManager.LayoutParams.FIRST_SUB_WINDOW
              && params.type <= WindowManager.LayoutParams.LAST_SUB_WINDOW
          ? "popup"
          : "dialog";
    }
  }

  private final Activities activities;
  private WeakReference<View> lastFocused = new WeakReference<>(null);

  Windows(Activities activities) {
    this.activities = activities;
  }

  /**
   * Lowest first, as WindowManager stacks them: activity over activity, and an activity's own window below all that
   * hangs on it, also where a dialog was shown before the activity's window was added (in onCreate). Windows of
   * activities that are not started are left out, with all that hangs on them.
   */
  List<Window> all() {
    WindowManagerGlobal global = WindowManagerGlobal.getInstance();
    List<View> views = ReflectionHelpers.getField(global, "mViews");
    List<WindowManager.LayoutParams> params = ReflectionHelpers.getField(global, "mParams");
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < views.size(); i++) {
      View root = views.get(i);
      Object token = owner(root, params.get(i));
      if (root.getVisibility() == View.VISIBLE && (token == null || activities.isStarted(token))) {
        windows.add(new Window(root, params.get(i), token));
      }
    }
    List<Object> order = new ArrayList<>();
    for (Activity activity : activities.all()) {
      order.add(activities.tokenOf(activity));
    }
    windows.sort(
        Comparator.<Window>comparingInt(w -> w.token == null ? Integer.MAX_VALUE : order.indexOf(w.token))
            .thenComparingInt(w -> w.type().equals("activity") ? 0 : 1));
    return windows;
  }

  private Object owner(View root, WindowManager.LayoutParams params) {
    for (Activity activity : activities.all()) {
      View decor = activity.getWindow().peekDecorView();
      if (decor == root
          || params.token == activity.getActivityToken()
          || (decor != null && params.token != null && params.token == decor.getWindowToken())
          || (decor != null && root.getApplicationWindowToken() == decor.getApplicationWindowToken()
              && root.getApplicationWindowToken() != null)) {
        return activities.tokenOf(activity);
      }
    }
    return null;
  }

  Map<String, Object> dump() {
    List<Window> windows = all();
    Window focused = focused(windows);
    List<Object> list = new ArrayList<>();
    for (Window window : windows) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("token", window.token);
      fields.put("type", window.type());
      fields.put("title", String.valueOf(window.params.getTitle()));
      fields.put("bounds", Nodes.bounds(window.bounds));
      if (window == focused) {
        fields.put("focused", true);
      }
      fields.put("root", Nodes.of(window.root));
      list.add(fields);
    }
    return Collections.singletonMap("windows", list);
  }

  /**
   * Gives the window focus to the topmost focusable window and takes it from the one that had it. Called
   * whenever the main looper is idle, which is when a change can have been drawn.
   */
  void updateFocus() {
    Window focused = focused(all());
    View root = focused == null ? null : focused.root;
    if (root == lastFocused.get()) {
      return;
    }
    View before = lastFocused.get();
    if (root != null && root.getViewRootImpl() == null) {
      return;
    }
    lastFocused = new WeakReference<>(root);
    tell(before, false);
    tell(root, true);
  }

  private static void tell(View root, boolean focus) {
    if (root != null && root.getViewRootImpl() != null) {
      Shadow.<ShadowViewRootImpl>extract(root.getViewRootImpl()).callWindowFocusChanged(focus);
    }
  }

  static Window focused(List<Window> windows) {
    for (int i = windows.size() - 1; i >= 0; i--) {
      if (windows.get(i).focusable()) {
        return windows.get(i);
      }
    }
    return null;
  }

  Map<String, Object> screenshot() {
    Point size = new Point();
    ShadowDisplay.getDefaultDisplay().getRealSize(size);
    Bitmap bitmap = Bitmap.createBitmap(size.x, size.y, Bitmap.Config.ARGB_8888);
    Canvas canvas = new Canvas(bitmap);
    for (Window window : all()) {
      if (window.has(WindowManager.LayoutParams.FLAG_DIM_BEHIND)) {
        canvas.drawColor(Color.argb((int) (255 * window.params.dimAmount), 0, 0, 0));
      }
      int saved = canvas.save();
      canvas.translate(window.bounds.left, window.bounds.top);
      window.root.draw(canvas);
      canvas.restoreToCount(saved);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream(1 << 16);
    bitmap.compress(Bitmap.CompressFormat.PNG, 100, png);
    bitmap.recycle();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("png", Base64.getEncoder().encodeToString(png.toByteArray()));
    fields.put("width", size.x);
    fields.put("height", size.y);
    return fields;
  }
}
