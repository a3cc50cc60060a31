package lab.device.shadows;

import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Matrix;
import android.graphics.Rect;
import android.graphics.SurfaceTexture;
import android.os.Handler;
import android.os.Looper;
import android.view.TextureView;
import lab.device.media.Outputs;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowView;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** A TextureView that shows what a camera, or the app with a canvas, puts into its texture: the framework's own is for OpenGL. */
@Implements(TextureView.class)
public class LabTextureView extends ShadowView {
  @RealObject private TextureView view;
  private Bitmap drawn;
  private Object shown;

  private SurfaceTexture texture() {
    return ReflectionHelpers.getField(view, "mSurface");
  }

  @Implementation
  protected void onAttachedToWindow() {
    Shadow.directlyOn(view, TextureView.class, "onAttachedToWindow");
    view.post(this::begin);
  }

  @Implementation
  protected void onSizeChanged(int width, int height, int oldWidth, int oldHeight) {
    Shadow.directlyOn(
        view,
        TextureView.class,
        "onSizeChanged",
        ClassParameter.from(int.class, width),
        ClassParameter.from(int.class, height),
        ClassParameter.from(int.class, oldWidth),
        ClassParameter.from(int.class, oldHeight));
    view.post(this::begin);
  }

  @Implementation
  protected void draw(Canvas canvas) {
    Bitmap content = content();
    if (content != null) {
      canvas.save();
      canvas.concat(view.getTransform(new Matrix()));
      canvas.drawBitmap(content, null, new Rect(0, 0, view.getWidth(), view.getHeight()), null);
      canvas.restore();
    }
  }

  /** From when it has its place on, whether anybody looks at it or not, there is a texture. */
  private void begin() {
    if (texture() != null || !view.isAttachedToWindow() || view.getWidth() <= 0 || view.getHeight() <= 0) {
      return;
    }
    SurfaceTexture texture = new SurfaceTexture(false);
    texture.setDefaultBufferSize(view.getWidth(), view.getHeight());
    ReflectionHelpers.setField(TextureView.class, view, "mSurface", texture);
    follow(texture);
    if (view.getSurfaceTextureListener() != null) {
      view.getSurfaceTextureListener().onSurfaceTextureAvailable(texture, view.getWidth(), view.getHeight());
    }
  }

  private void follow(SurfaceTexture texture) {
    texture.setOnFrameAvailableListener(this::arrived, new Handler(Looper.getMainLooper()));
  }

  /** The app hears of each frame; it is drawn anew where there is something new to see. */
  private void arrived(SurfaceTexture texture) {
    if (texture != texture()) {
      return;
    }
    Object now = drawn != null ? drawn : Outputs.filler(texture);
    if (now != shown || drawn != null) {
      shown = now;
      view.invalidate();
    }
    if (view.getSurfaceTextureListener() != null) {
      view.getSurfaceTextureListener().onSurfaceTextureUpdated(texture);
    }
  }

  private Bitmap content() {
    SurfaceTexture texture = texture();
    return drawn != null || texture == null ? drawn : Outputs.content(texture);
  }

  @Implementation
  protected Bitmap getBitmap(Bitmap into) {
    Bitmap content = content();
    if (into != null && content != null) {
      new Canvas(into).drawBitmap(content, null, new Rect(0, 0, into.getWidth(), into.getHeight()), null);
    }
    return into;
  }

  @Implementation
  protected Canvas lockCanvas(Rect dirty) {
    if (texture() == null) {
      return null;
    }
    if (drawn == null || drawn.getWidth() != view.getWidth() || drawn.getHeight() != view.getHeight()) {
      drawn = Bitmap.createBitmap(view.getWidth(), view.getHeight(), Bitmap.Config.ARGB_8888);
    }
    return new Canvas(drawn);
  }

  @Implementation
  protected Canvas lockCanvas() {
    return lockCanvas(null);
  }

  @Implementation
  protected void unlockCanvasAndPost(Canvas canvas) {
    SurfaceTexture texture = texture();
    if (texture != null) {
      Outputs.arrived(null, texture);
    }
  }

  @Implementation
  protected void nCreateNativeWindow(SurfaceTexture texture) {
    follow(texture);
  }

  @Implementation
  protected void nDestroyNativeWindow() {}
}
