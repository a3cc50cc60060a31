package lab.device;

import java.time.Duration;
import org.robolectric.shadows.ShadowSystemClock;

/**
 * Drives the framework's clock by the host's monotonic clock.
 *
 * <p>Robolectric's loopers sleep until its clock is advanced, so a tick wakes whatever has come due:
 * delayed messages on every looper, and frames. Between ticks the framework's clock stands still.
 */
final class Clock extends Thread {
  private static final long TICK_MS = 8;

  private long last;

  Clock() {
    super("lab-clock");
    setDaemon(true);
    last = System.nanoTime();
    // The same origin as the host's monotonic clock, so that all processes of a device agree.
    ShadowSystemClock.advanceBy(Duration.ofNanos(last - android.os.SystemClock.uptimeNanos()));
  }

  @Override
  public void run() {
    while (true) {
      try {
        Thread.sleep(TICK_MS);
      } catch (InterruptedException e) {
        return;
      }
      tick();
    }
  }

  /** Brings the framework's clock up to the host's. To be called from other threads only before `start`. */
  void tick() {
    long now = System.nanoTime();
    ShadowSystemClock.advanceBy(Duration.ofNanos(now - last));
    last = now;
  }
}
