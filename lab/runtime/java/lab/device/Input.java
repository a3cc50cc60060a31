package lab.device;

import android.os.Bundle;
import android.os.Handler;
import android.os.SystemClock;
import android.view.InputDevice;
import android.view.KeyCharacterMap;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.view.View;
import android.view.ViewConfiguration;
import android.view.ViewGroup;
import android.view.WindowManager;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.inputmethod.EditorInfo;
import android.view.inputmethod.InputConnection;
import android.widget.EditText;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import lab.boot.Reply;

/** Fingers and keys. Each gesture takes the real time it is asked to take. */
final class Input {
  private static final int TAP_MS = 40;
  private static final int LONG_PRESS_MS = 700;
  private static final int STEP_MS = 12;

  private final Windows windows;
  private final Handler handler;

  Input(Windows windows, Handler handler) {
    this.windows = windows;
    this.handler = handler;
  }

  void take(Map<String, Object> arguments, Reply reply) {
    String kind = (String) arguments.get("kind");
    float x = number(arguments, "x", 0);
    float y = number(arguments, "y", 0);
    switch (kind) {
      case "tap":
        gesture(x, y, x, y, (int) number(arguments, "ms", TAP_MS), reply);
        break;
      case "long_press":
        gesture(x, y, x, y, (int) number(arguments, "ms", LONG_PRESS_MS), reply);
        break;
      case "swipe":
        gesture(x, y, number(arguments, "x2", x), number(arguments, "y2", y), (int) number(arguments, "ms", 300), reply);
        break;
      case "pinch":
        pinch(arguments, reply);
        break;
      case "key":
        key((int) number(arguments, "code", 0), (int) number(arguments, "meta", 0), number(arguments, "ms", 0) > 0, reply);
        break;
      case "text":
        answer(reply, text((String) arguments.get("text")));
        break;
      case "set_text":
        answer(reply, setText(x, y, (String) arguments.get("text")));
        break;
      default:
        throw new DeviceMain.Wrong("no input of kind " + kind);
    }
  }

  private void gesture(float x, float y, float x2, float y2, int ms, Reply reply) {
    Windows.Window window = touched(x, y);
    if (window == null) {
      answer(reply, false);
      return;
    }
    new Gesture(window, x, y, x2, y2, Math.max(ms, TAP_MS), reply).run();
  }

  private void pinch(Map<String, Object> arguments, Reply reply) {
    float[] from = new float[4];
    float[] to = new float[4];
    String[] names = {"x", "y", "x3", "y3", "x2", "y2", "x4", "y4"};
    for (int i = 0; i < 4; i++) {
      from[i] = number(arguments, names[i], 0);
      to[i] = number(arguments, names[4 + i], from[i]);
    }
    Windows.Window window = touched(from[0], from[1]);
    if (window == null) {
      answer(reply, false);
      return;
    }
    int ms = Math.max((int) number(arguments, "ms", 300), TAP_MS);
    new TwoFingers(window, handler, from, to, ms, handled -> answer(reply, handled)).run();
  }

  /** The topmost touchable window there; those above that watch for outside touches are told. */
  private Windows.Window touched(float x, float y) {
    List<Windows.Window> all = windows.all();
    for (int i = all.size() - 1; i >= 0; i--) {
      Windows.Window window = all.get(i);
      if (window.has(WindowManager.LayoutParams.FLAG_NOT_TOUCHABLE)) {
        continue;
      }
      boolean inside = window.bounds.contains((int) x, (int) y);
      boolean modal = window.focusable() && !window.has(WindowManager.LayoutParams.FLAG_NOT_TOUCH_MODAL);
      if (inside || modal) {
        return window;
      }
      if (window.has(WindowManager.LayoutParams.FLAG_WATCH_OUTSIDE_TOUCH)) {
        long now = SystemClock.uptimeMillis();
        dispatch(window, MotionEvent.obtain(now, now, MotionEvent.ACTION_OUTSIDE, x, y, 0));
      }
    }
    return null;
  }

  static boolean dispatch(Windows.Window window, MotionEvent event) {
    event.setSource(InputDevice.SOURCE_TOUCHSCREEN);
    event.offsetLocation(-window.bounds.left, -window.bounds.top);
    try {
      return window.root.dispatchTouchEvent(event);
    } finally {
      event.recycle();
    }
  }

  private final class Gesture implements Runnable {
    private final Windows.Window window;
    private final float x;
    private final float y;
    private final float x2;
    private final float y2;
    private final int ms;
    private final Reply reply;
    private long down;
    private boolean handled;

    Gesture(Windows.Window window, float x, float y, float x2, float y2, int ms, Reply reply) {
      this.window = window;
      this.x = x;
      this.y = y;
      this.x2 = x2;
      this.y2 = y2;
      this.ms = ms;
      this.reply = reply;
    }

    @Override
    public void run() {
      long now = SystemClock.uptimeMillis();
      if (down == 0) {
        down = now;
        handled = dispatch(window, MotionEvent.obtain(down, now, MotionEvent.ACTION_DOWN, x, y, 0));
        handler.postDelayed(this, x == x2 && y == y2 ? ms : STEP_MS);
        return;
      }
      float part = Math.min(1f, (now - down) / (float) ms);
      float atX = x + (x2 - x) * part;
      float atY = y + (y2 - y) * part;
      if (x != x2 || y != y2) {
        dispatch(window, MotionEvent.obtain(down, now, MotionEvent.ACTION_MOVE, atX, atY, 0));
      }
      if (part < 1f) {
        handler.postDelayed(this, STEP_MS);
        return;
      }
      dispatch(window, MotionEvent.obtain(down, now, MotionEvent.ACTION_UP, x2, y2, 0));
      // A click is a message of its own: answer after it. A row of a list is seen pressed before its is sent.
      boolean tap = x == x2 && y == y2;
      handler.postDelayed(() -> answer(reply, handled), tap ? ViewConfiguration.getPressedStateDuration() : 0);
    }
  }

  private void key(int code, int meta, boolean isLong, Reply reply) {
    Windows.Window window = Windows.focused(windows.all());
    if (window == null) {
      answer(reply, false);
      return;
    }
    long now = SystemClock.uptimeMillis();
    boolean handled = window.root.dispatchKeyEvent(key(now, now, KeyEvent.ACTION_DOWN, code, 0, meta, 0));
    if (isLong) {
      handled |=
          window.root.dispatchKeyEvent(
              key(now, now, KeyEvent.ACTION_DOWN, code, 1, meta, KeyEvent.FLAG_LONG_PRESS));
    }
    boolean first = handled;
    handler.post(
        () -> {
          boolean second =
              window.root.dispatchKeyEvent(
                  key(now, SystemClock.uptimeMillis(), KeyEvent.ACTION_UP, code, 0, meta, 0));
          handler.post(() -> answer(reply, first || second));
        });
  }

  private static KeyEvent key(long down, long now, int action, int code, int repeat, int meta, int flags) {
    return new KeyEvent(
        down, now, action, code, repeat, meta, KeyCharacterMap.VIRTUAL_KEYBOARD, 0,
        flags | KeyEvent.FLAG_FROM_SYSTEM, InputDevice.SOURCE_KEYBOARD);
  }

  /** As an input method commits it: any script, in one piece. */
  private boolean text(String text) {
    Windows.Window window = Windows.focused(windows.all());
    View focus = window == null ? null : window.root.findFocus();
    if (focus == null) {
      return false;
    }
    InputConnection connection = focus.onCreateInputConnection(new EditorInfo());
    return connection != null && connection.commitText(text, 1);
  }

  /** As an accessibility service's ACTION_SET_TEXT on the editable view there. */
  private boolean setText(float x, float y, String text) {
    Windows.Window window = touched(x, y);
    View view = window == null ? null : editable(window.root, (int) x, (int) y);
    if (view == null) {
      return false;
    }
    Bundle arguments = new Bundle();
    arguments.putCharSequence(AccessibilityNodeInfo.ACTION_ARGUMENT_SET_TEXT_CHARSEQUENCE, text);
    return view.performAccessibilityAction(AccessibilityNodeInfo.ACTION_SET_TEXT, arguments);
  }

  private static View editable(View view, int x, int y) {
    int[] at = new int[2];
    view.getLocationOnScreen(at);
    boolean inside = x >= at[0] && x < at[0] + view.getWidth() && y >= at[1] && y < at[1] + view.getHeight();
    if (!inside || view.getVisibility() != View.VISIBLE) {
      return null;
    }
    if (view instanceof ViewGroup) {
      for (int i = ((ViewGroup) view).getChildCount() - 1; i >= 0; i--) {
        View found = editable(((ViewGroup) view).getChildAt(i), x, y);
        if (found != null) {
          return found;
        }
      }
    }
    return view instanceof EditText ? view : null;
  }

  private static void answer(Reply reply, boolean handled) {
    reply.done(Collections.singletonMap("handled", handled));
  }

  private static float number(Map<String, Object> arguments, String name, float otherwise) {
    Object value = arguments.get(name);
    return value == null ? otherwise : ((Number) value).floatValue();
  }
}
