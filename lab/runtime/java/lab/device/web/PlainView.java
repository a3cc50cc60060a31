package lab.device.web;

import android.content.res.Configuration;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Rect;
import android.os.Handler;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.View;
import android.view.ViewGroup;
import android.view.inputmethod.EditorInfo;
import android.view.inputmethod.InputConnection;
import android.webkit.WebView;

/** Those methods of WebViewProvider.ViewDelegate in which a WebView is a view like any other. */
public class PlainView {
  final WebView view;
  final WebView.PrivateAccess access;

  PlainView(WebView view, WebView.PrivateAccess access) {
    this.view = view;
    this.access = access;
  }

  public void setLayoutParams(ViewGroup.LayoutParams params) {
    access.super_setLayoutParams(params);
  }

  public boolean setFrame(int left, int top, int right, int bottom) {
    return access.super_setFrame(left, top, right, bottom);
  }

  public boolean performLongClick() {
    return access.super_performLongClick();
  }

  public boolean dispatchKeyEvent(KeyEvent event) {
    return access.super_dispatchKeyEvent(event);
  }

  public boolean requestFocus(int direction, Rect rect) {
    return access.super_requestFocus(direction, rect);
  }

  public boolean onHoverEvent(MotionEvent event) {
    return access.super_onHoverEvent(event);
  }

  public boolean onGenericMotionEvent(MotionEvent event) {
    return access.super_onGenericMotionEvent(event);
  }

  public Handler getHandler(Handler original) {
    return original;
  }

  public View findFocus(View original) {
    return original;
  }

  public InputConnection onCreateInputConnection(EditorInfo info) {
    return null;
  }

  public android.view.WindowInsets onApplyWindowInsets(android.view.WindowInsets insets) {
    return access.super_onApplyWindowInsets(insets);
  }

  public boolean shouldDelayChildPressedState() {
    return true;
  }

  public boolean onKeyDown(int code, KeyEvent event) {
    return false;
  }

  public boolean onKeyUp(int code, KeyEvent event) {
    return false;
  }

  public boolean onKeyMultiple(int code, int count, KeyEvent event) {
    return false;
  }

  public boolean onTrackballEvent(MotionEvent event) {
    return false;
  }

  public boolean onDragEvent(android.view.DragEvent event) {
    return false;
  }

  public boolean onCheckIsTextEditor() {
    return false;
  }

  public boolean isVisibleToUserForAutofill(int id) {
    return true;
  }

  // The framework's own view does what there is to do.

  public void onScrollChanged(int left, int top, int oldLeft, int oldTop) {}

  public void onOverScrolled(int x, int y, boolean clampedX, boolean clampedY) {
    access.super_scrollTo(x, y);
  }

  public void onWindowVisibilityChanged(int visibility) {}

  public void onVisibilityChanged(View changed, int visibility) {}

  public void onWindowFocusChanged(boolean focus) {}

  public void onFocusChanged(boolean focus, int direction, Rect from) {}

  public void onAttachedToWindow() {}

  public void onDetachedFromWindow() {}

  public void onMovedToDisplay(int display, Configuration configuration) {}

  public void onConfigurationChanged(Configuration configuration) {}

  public void onStartTemporaryDetach() {}

  public void onFinishTemporaryDetach() {}

  public void setLayerType(int type, Paint paint) {}

  public void preDispatchDraw(Canvas canvas) {}

  public void setOverScrollMode(int mode) {}

  public void setScrollBarStyle(int style) {}

  public void onDrawVerticalScrollBar(
      Canvas canvas, android.graphics.drawable.Drawable bar, int left, int top, int right, int bottom) {
    access.super_onDrawVerticalScrollBar(canvas, bar, left, top, right, bottom);
  }

  public void onProvideVirtualStructure(android.view.ViewStructure structure) {}

  public void onProvideAutofillVirtualStructure(android.view.ViewStructure structure, int flags) {}

  public void onProvideContentCaptureStructure(android.view.ViewStructure structure, int flags) {}

  public void autofill(android.util.SparseArray<android.view.autofill.AutofillValue> values) {}

  public void onActivityResult(int request, int result, android.content.Intent data) {}

  public android.view.PointerIcon onResolvePointerIcon(MotionEvent event, int index) {
    return null;
  }
}
