package lab.device.shadows;

import android.os.SystemClock;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadow.api.ShadowPicker;
import org.robolectric.shadows.ShadowPausedSystemClock;

/** Sleeps, as Android does. Robolectric's sleep puts the clock forward instead, and with it whatever waits for a later time. */
@Implements(value = SystemClock.class, shadowPicker = LabSystemClock.Picker.class)
public class LabSystemClock extends ShadowPausedSystemClock {
  @Implementation
  protected static void sleep(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    boolean interrupted = false;
    for (long left = millis; left > 0; left = (until - System.nanoTime() + 999_999) / 1_000_000) {
      try {
        Thread.sleep(left);
      } catch (InterruptedException e) {
        interrupted = true; // it is not cut short by that
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  public static final class Picker implements ShadowPicker<ShadowPausedSystemClock> {
    @Override
    public Class<? extends ShadowPausedSystemClock> pickShadowClass() {
      return LabSystemClock.class;
    }
  }
}
