package lab.device;

import java.util.Timer;
import java.util.TimerTask;
import lab.boot.Wire;

/** Says so when the main thread has not come to a touch or key within five seconds, as Android's ANR. */
final class Watchdog {
  private static final int LIMIT_MS = 5000;

  private final Timer timer = new Timer("lab-watchdog", true);
  private final Wire wire;

  Watchdog(Wire wire) {
    this.wire = wire;
  }

  /** Call the returned when the main thread begins with the input. */
  Runnable watch() {
    TimerTask task =
        new TimerTask() {
          @Override
          public void run() {
            wire.event("anr", "why", "Input dispatching timed out: the main thread was busy for " + LIMIT_MS + " ms");
          }
        };
    timer.schedule(task, LIMIT_MS);
    return task::cancel;
  }
}
