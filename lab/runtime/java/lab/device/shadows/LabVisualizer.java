package lab.device.shadows;

import android.media.audiofx.Visualizer;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowVisualizer;

/** Its limits as on every phone (AOSP effect_visualizer.h: captures of 128 to 1024 bytes, at most 20 a second). */
@Implements(Visualizer.class)
public class LabVisualizer extends ShadowVisualizer {
  private static final int MAX_RATE_MILLIHERTZ = 20_000;

  @Implementation
  protected static int[] getCaptureSizeRange() {
    return new int[] {128, 1024};
  }

  @Implementation
  protected static int getMaxCaptureRate() {
    return MAX_RATE_MILLIHERTZ;
  }
}
