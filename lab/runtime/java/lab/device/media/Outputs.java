package lab.device.media;

import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Rect;
import android.graphics.SurfaceTexture;
import android.util.Size;
import android.view.Surface;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The surfaces that a camera writes to: of an ImageReader, of a SurfaceView, of a texture, of a recorder. */
public final class Outputs {
  private static final Map<Surface, WeakReference<SurfaceTexture>> TEXTURES = Collections.synchronizedMap(new WeakHashMap<>());
  private static final Map<SurfaceTexture, Size> SIZES = Collections.synchronizedMap(new WeakHashMap<>());
  private static final Map<Surface, Rect> SHOWN = Collections.synchronizedMap(new WeakHashMap<>());
  private static final Map<SurfaceTexture, String> FILLED = Collections.synchronizedMap(new WeakHashMap<>());
  private static final Map<String, Bitmap> UPRIGHT = new ConcurrentHashMap<>();
  private static final int JFIF = 0x8c20000; // graphics.h, HAL_DATASPACE_V0_JFIF
  private static final Size USUAL = new Size(640, 480);

  private Outputs() {}

  /** `surface` was made from `texture`. */
  public static void made(Surface surface, SurfaceTexture texture) {
    TEXTURES.put(surface, new WeakReference<>(texture));
  }

  public static void sized(SurfaceTexture texture, int width, int height) {
    SIZES.put(texture, new Size(width, height));
  }

  private static SurfaceTexture texture(Surface surface) {
    WeakReference<SurfaceTexture> texture = TEXTURES.get(surface);
    return texture == null ? null : texture.get();
  }

  public static Size size(Surface surface) {
    if (surface instanceof ImageQueue.Input) {
      return ((ImageQueue.Input) surface).queue.size;
    }
    SurfaceTexture texture = texture(surface);
    return texture == null ? USUAL : SIZES.getOrDefault(texture, USUAL);
  }

  /** In the camera's own numbers: {@link CameraFacts#BLOB} and its like. */
  public static int format(Surface surface) {
    return surface instanceof ImageQueue.Input
        ? CameraFacts.ownFormat(((ImageQueue.Input) surface).queue.format)
        : CameraFacts.PRIVATE;
  }

  public static int dataspace(Surface surface) {
    return format(surface) == CameraFacts.BLOB ? JFIF : 0;
  }

  /** Whether a camera with these facts can write to it as it is. */
  static boolean fits(CameraFacts camera, Surface surface) {
    return !(surface instanceof ImageQueue.Input) || camera.sizes().contains(size(surface));
  }

  /** One frame. False where it was lost. */
  static boolean write(CameraFacts camera, Surface surface, long timestamp, Shot shot) {
    if (surface instanceof ImageQueue.Input) {
      ImageQueue queue = ((ImageQueue.Input) surface).queue;
      Picture picture = Picture.of(camera, queue.size.getWidth(), queue.size.getHeight());
      byte[] file = format(surface) == CameraFacts.BLOB ? picture.jpeg(shot.quality, shot.degrees, shot.place) : null;
      return queue.add(picture, file, timestamp);
    }
    SurfaceTexture texture = texture(surface);
    if (texture != null) {
      arrived(camera, texture);
      return true;
    }
    show(camera, surface);
    return true;
  }

  /** A frame is in the texture: its listener hears of it. `camera`: whose it is; null where the app drew it. */
  public static void arrived(CameraFacts camera, SurfaceTexture texture) {
    if (camera != null) {
      FILLED.put(texture, camera.id);
    }
    ReflectionHelpers.callStaticMethod(
        SurfaceTexture.class,
        "postEventFromNative",
        ClassParameter.from(WeakReference.class, new WeakReference<>(texture)));
  }

  /** The camera that writes to it, by its name; null for none. */
  public static Object filler(SurfaceTexture texture) {
    return FILLED.get(texture);
  }

  /** What a camera has put into it, upright; null where none has. */
  public static Bitmap content(SurfaceTexture texture) {
    String camera = FILLED.get(texture);
    return camera == null ? null : UPRIGHT.computeIfAbsent(camera, id -> upright(CameraFacts.of(id)));
  }

  /** On a SurfaceView. The scene is still, so it is drawn only where its place has changed. */
  public static void show(CameraFacts camera, Surface surface) {
    if (!surface.isValid()) {
      return;
    }
    Canvas canvas = surface.lockCanvas(null);
    if (canvas == null) {
      return;
    }
    Rect place = new Rect(0, 0, canvas.getWidth(), canvas.getHeight());
    if (!place.equals(SHOWN.get(surface)) && !place.isEmpty()) {
      SHOWN.put(surface, place);
      canvas.drawBitmap(UPRIGHT.computeIfAbsent(camera.id, id -> upright(camera)), null, place, null);
    }
    surface.unlockCanvasAndPost(canvas);
  }

  /** A preview that ended and begins anew is drawn again. */
  public static void hidden(Surface surface) {
    SHOWN.remove(surface);
  }

  private static Bitmap upright(CameraFacts camera) {
    android.graphics.Matrix turned = new android.graphics.Matrix();
    turned.setRotate(camera.orientation());
    Bitmap lying = Picture.of(camera, USUAL.getWidth(), USUAL.getHeight()).bitmap();
    return Bitmap.createBitmap(lying, 0, 0, lying.getWidth(), lying.getHeight(), turned, true);
  }
}
