package lab.device.shadows;

import android.graphics.SurfaceTexture;
import android.view.Surface;
import lab.device.media.Outputs;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadow.api.ShadowPicker;
import org.robolectric.shadows.ShadowNativeSurface;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** Surfaces that a camera may write to know the texture they were made from. */
@Implements(value = Surface.class, isInAndroidSdk = false, callNativeMethodsByDefault = true)
public class LabSurface extends ShadowNativeSurface {
  /** Ahead of Robolectric's own. */
  public static final class Picker implements ShadowPicker<LabSurface> {
    @Override
    public Class<LabSurface> pickShadowClass() {
      return LabSurface.class;
    }
  }

  @RealObject private Surface surface;

  @Implementation
  protected void __constructor__(SurfaceTexture texture) {
    Shadow.invokeConstructor(Surface.class, surface, ClassParameter.from(SurfaceTexture.class, texture));
    Outputs.made(surface, texture);
  }
}
