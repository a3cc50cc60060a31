package lab.device.shadows;

import android.graphics.SurfaceTexture;
import lab.device.media.Outputs;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadows.ShadowSurfaceTexture;

/** A texture that cameras write to, of the size that the app has asked for. */
@Implements(SurfaceTexture.class)
public class LabSurfaceTexture extends ShadowSurfaceTexture {
  @RealObject private SurfaceTexture texture;

  @Implementation
  protected void setDefaultBufferSize(int width, int height) {
    Outputs.sized(texture, width, height);
  }
}
