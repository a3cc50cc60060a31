package lab.boot;

import java.util.Map;

/**
 * What lies inside the sandbox, seen from outside: implemented by lab.device.DeviceMain, which the
 * sandbox's class loader loads.
 */
public interface Device {
  /** Sets the framework up as far as no package is needed. On the main thread. */
  void warm(Wire wire);

  /** Takes a call of the daemon; from the reader's thread. */
  void call(String op, Map<String, Object> arguments, Reply reply);

  /** Runs the main looper; comes back only with what the app threw. On the main thread. */
  void loop();

  /** Tells the daemon of the crash and ends the process. */
  void crash(Thread thread, Throwable thrown);
}
