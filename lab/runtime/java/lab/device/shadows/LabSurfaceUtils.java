package lab.device.shadows;

import android.hardware.camera2.utils.SurfaceUtils;
import android.view.Surface;
import lab.device.media.Outputs;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** What a camera asks of the surfaces it is to write to. */
@Implements(value = SurfaceUtils.class, isInAndroidSdk = false)
public class LabSurfaceUtils {
  @Implementation
  protected static int nativeDetectSurfaceType(Surface surface) {
    return Outputs.format(surface);
  }

  @Implementation
  protected static int nativeDetectSurfaceDataspace(Surface surface) {
    return Outputs.dataspace(surface);
  }

  @Implementation
  protected static long nativeDetectSurfaceUsageFlags(Surface surface) {
    return 0;
  }

  @Implementation
  protected static int nativeDetectSurfaceDimens(Surface surface, int[] dimensions) {
    dimensions[0] = Outputs.size(surface).getWidth();
    dimensions[1] = Outputs.size(surface).getHeight();
    return 0;
  }

  @Implementation
  protected static long nativeGetSurfaceId(Surface surface) {
    return System.identityHashCode(surface);
  }
}
