package lab.device;

import android.os.Handler;
import android.os.SystemClock;
import android.view.InputDevice;
import android.view.MotionEvent;
import java.util.function.Consumer;

/** Two fingers that come down, move along a line each, and go up, the second one first, as UiAutomator's do. */
final class TwoFingers implements Runnable {
  private static final int STEP_MS = 12;

  private final Windows.Window window;
  private final Handler handler;
  private final float[] from;
  private final float[] to;
  private final int ms;
  private final Consumer<Boolean> done;
  private long down;
  private boolean handled;

  /** `from` and `to`: x and y of the first finger, then of the second; `done` is told whether the window took it. */
  TwoFingers(Windows.Window window, Handler handler, float[] from, float[] to, int ms, Consumer<Boolean> done) {
    this.window = window;
    this.handler = handler;
    this.from = from;
    this.to = to;
    this.ms = ms;
    this.done = done;
  }

  @Override
  public void run() {
    if (down == 0) {
      down = SystemClock.uptimeMillis();
      handled = send(MotionEvent.ACTION_DOWN, 1, 0);
      send(MotionEvent.ACTION_POINTER_DOWN | 1 << MotionEvent.ACTION_POINTER_INDEX_SHIFT, 2, 0);
      handler.postDelayed(this, STEP_MS);
      return;
    }
    float part = Math.min(1f, (SystemClock.uptimeMillis() - down) / (float) ms);
    send(MotionEvent.ACTION_MOVE, 2, part);
    if (part < 1f) {
      handler.postDelayed(this, STEP_MS);
      return;
    }
    send(MotionEvent.ACTION_POINTER_UP | 1 << MotionEvent.ACTION_POINTER_INDEX_SHIFT, 2, 1);
    send(MotionEvent.ACTION_UP, 1, 1);
    handler.post(() -> done.accept(handled));
  }

  private boolean send(int action, int fingers, float part) {
    MotionEvent.PointerProperties[] properties = new MotionEvent.PointerProperties[fingers];
    MotionEvent.PointerCoords[] places = new MotionEvent.PointerCoords[fingers];
    for (int i = 0; i < fingers; i++) {
      properties[i] = new MotionEvent.PointerProperties();
      properties[i].id = i;
      properties[i].toolType = MotionEvent.TOOL_TYPE_FINGER;
      places[i] = new MotionEvent.PointerCoords();
      places[i].x = from[2 * i] + (to[2 * i] - from[2 * i]) * part;
      places[i].y = from[2 * i + 1] + (to[2 * i + 1] - from[2 * i + 1]) * part;
      places[i].pressure = 1;
      places[i].size = 1;
    }
    return Input.dispatch(
        window,
        MotionEvent.obtain(
            down, SystemClock.uptimeMillis(), action, fingers, properties, places, 0, 0, 1, 1, 0, 0,
            InputDevice.SOURCE_TOUCHSCREEN, 0));
  }
}
