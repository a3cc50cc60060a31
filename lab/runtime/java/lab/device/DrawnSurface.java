package lab.device;

import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.PixelFormat;
import android.graphics.Rect;
import android.view.Surface;
import android.view.SurfaceHolder;
import android.view.View;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A surface as a bitmap, and its holder: what a thread of the app draws on it is shown by the view it belongs to.
 *
 * <p>Its callbacks run on the main thread, as the framework's do. A frame takes at least as long as the
 * display's, so that a thread that draws as fast as it can is as slow as on a phone.
 */
public final class DrawnSurface implements SurfaceHolder {
  private static final long FRAME_MS = 16;

  /** What SurfaceHolder.getSurface gives: valid as long as the surface is there, and drawn on by the same canvas. */
  private final class Shown extends Surface {
    @Override
    public boolean isValid() {
      return created;
    }

    @Override
    public Canvas lockCanvas(Rect dirty) {
      return DrawnSurface.this.lockCanvas(dirty);
    }

    @Override
    public Canvas lockHardwareCanvas() {
      return DrawnSurface.this.lockCanvas();
    }

    @Override
    public void unlockCanvasAndPost(Canvas canvas) {
      DrawnSurface.this.unlockCanvasAndPost(canvas);
    }

    @Override
    public void release() {}
  }

  private final View view;
  private final Surface surface = new Shown();
  private final List<Callback> callbacks = new CopyOnWriteArrayList<>();
  private final ReentrantLock drawing = new ReentrantLock();
  private final Object showing = new Object();
  private volatile boolean created;
  private volatile boolean creating;
  private Bitmap drawn;
  private Bitmap shown;
  private int width;
  private int height;
  private int fixedWidth = -1;
  private int fixedHeight = -1;
  private int viewWidth;
  private int viewHeight;
  private int format = PixelFormat.RGB_565;
  private long posted;

  /** `view`: drawn anew after each frame. */
  public DrawnSurface(View view) {
    this.view = view;
  }

  /** The size that the view has now, 0 while it is not to be seen. On the main thread. */
  public void update(int viewWidth, int viewHeight) {
    this.viewWidth = viewWidth;
    this.viewHeight = viewHeight;
    boolean wanted = viewWidth > 0 && viewHeight > 0;
    if (!wanted) {
      destroy();
      return;
    }
    int newWidth = fixedWidth > 0 ? fixedWidth : viewWidth;
    int newHeight = fixedHeight > 0 ? fixedHeight : viewHeight;
    boolean first = !created;
    if (!first && newWidth == width && newHeight == height) {
      return;
    }
    width = newWidth;
    height = newHeight;
    created = true;
    creating = first;
    for (Callback callback : callbacks) {
      if (first) {
        callback.surfaceCreated(this);
      }
      callback.surfaceChanged(this, format, width, height);
      if (callback instanceof Callback2) {
        ((Callback2) callback).surfaceRedrawNeeded(this);
      }
    }
    creating = false;
  }

  private void destroy() {
    if (!created) {
      return;
    }
    for (Callback callback : callbacks) {
      callback.surfaceDestroyed(this);
    }
    drawing.lock();
    try {
      created = false;
      drawn = null;
      synchronized (showing) {
        shown = null;
      }
    } finally {
      drawing.unlock();
    }
  }

  /** Draws the last frame. On the main thread. */
  public void show(Canvas canvas) {
    synchronized (showing) {
      if (shown != null) {
        canvas.drawBitmap(shown, null, new Rect(0, 0, view.getWidth(), view.getHeight()), null);
      }
    }
  }

  @Override
  public Canvas lockCanvas() {
    return lockCanvas(null);
  }

  @Override
  public Canvas lockCanvas(Rect dirty) {
    drawing.lock();
    if (!created) {
      drawing.unlock();
      return null;
    }
    if (drawn == null || drawn.getWidth() != width || drawn.getHeight() != height) {
      drawn = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
    }
    return new Canvas(drawn);
  }

  @Override
  public Canvas lockHardwareCanvas() {
    return lockCanvas(null);
  }

  @Override
  public void unlockCanvasAndPost(Canvas canvas) {
    if (!drawing.isHeldByCurrentThread()) {
      return;
    }
    long rest;
    try {
      Bitmap frame = Bitmap.createBitmap(drawn);
      synchronized (showing) {
        shown = frame;
      }
      long now = System.nanoTime() / 1_000_000;
      rest = posted + FRAME_MS - now;
      posted = Math.max(now, posted + FRAME_MS);
    } finally {
      drawing.unlock();
    }
    view.postInvalidate();
    if (rest > 0) {
      try {
        Thread.sleep(Math.min(rest, FRAME_MS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void addCallback(Callback callback) {
    if (!callbacks.contains(callback)) {
      callbacks.add(callback);
    }
  }

  @Override
  public void removeCallback(Callback callback) {
    callbacks.remove(callback);
  }

  @Override
  public boolean isCreating() {
    return creating;
  }

  @Override
  public void setType(int type) {}

  @Override
  public void setFixedSize(int width, int height) {
    fixedWidth = width;
    fixedHeight = height;
    view.post(this::again);
  }

  @Override
  public void setSizeFromLayout() {
    setFixedSize(-1, -1);
  }

  private void again() {
    update(viewWidth, viewHeight);
  }

  @Override
  public void setFormat(int format) {
    this.format = format;
  }

  @Override
  public void setKeepScreenOn(boolean on) {
    view.setKeepScreenOn(on);
  }

  @Override
  public Rect getSurfaceFrame() {
    return new Rect(0, 0, width, height);
  }

  @Override
  public Surface getSurface() {
    return surface;
  }
}
