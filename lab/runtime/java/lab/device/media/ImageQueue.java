package lab.device.media;

import android.graphics.ImageFormat;
import android.media.Image;
import android.media.ImageReader;
import android.util.Size;
import android.view.Surface;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The buffers between a camera and an ImageReader of one of the formats that only cameras write. */
public final class ImageQueue {
  /** The end that the camera writes to. */
  static final class Input extends Surface {
    final ImageQueue queue;

    Input(ImageQueue queue) {
      this.queue = queue;
    }

    @Override
    public boolean isValid() {
      return queue.open;
    }

    @Override
    public void release() {}
  }

  final Size size;
  final int format;
  private final int most;
  private final WeakReference<ImageReader> reader;
  private final Surface surface = new Input(this);
  private final Deque<CameraImage> waiting = new ArrayDeque<>();
  private final Set<CameraImage> acquired = new HashSet<>();
  private volatile boolean open = true;

  public ImageQueue(ImageReader reader, int width, int height, int format, int most) {
    this.reader = new WeakReference<>(reader);
    this.size = new Size(width, height);
    this.format = format;
    this.most = most;
  }

  public Surface surface() {
    return surface;
  }

  /** False where the reader has no room, so that the frame is lost, or is closed. */
  boolean add(Picture picture, byte[] file, long timestamp) {
    synchronized (this) {
      if (!open || waiting.size() >= most) {
        return false;
      }
      waiting.add(new CameraImage(this, picture, file, timestamp));
    }
    ReflectionHelpers.callStaticMethod(
        ImageReader.class, "postEventFromNative", ClassParameter.from(Object.class, reader));
    return true;
  }

  /** Null where no frame waits. IllegalStateException where the app holds as many as it may. */
  public synchronized Image next() {
    if (!open) {
      throw new IllegalStateException("ImageReader is closed, can't acquire image");
    }
    if (acquired.size() >= most) {
      throw new IllegalStateException(
          "maxImages (" + most + ") has already been acquired, call #close before acquiring more.");
    }
    CameraImage image = waiting.poll();
    if (image != null) {
      acquired.add(image);
    }
    return image;
  }

  /** The newest; those before it are let go. */
  public synchronized Image latest() {
    while (waiting.size() > 1) {
      waiting.poll();
    }
    return next();
  }

  synchronized void release(CameraImage image) {
    acquired.remove(image);
  }

  public void close() {
    Set<CameraImage> held;
    synchronized (this) {
      open = false;
      waiting.clear();
      held = new HashSet<>(acquired);
    }
    held.forEach(CameraImage::close);
  }

  public synchronized void discard() {
    waiting.clear();
  }

  /** Whether frames of this format pass through here: the others are drawn on by a canvas. */
  public static boolean takes(int format) {
    return format == ImageFormat.JPEG
        || format == ImageFormat.YUV_420_888
        || format == ImageFormat.YV12
        || format == ImageFormat.PRIVATE;
  }
}
