package lab.device;

import lab.boot.Wire;

/** Access to single URIs, which one app gives another: the daemon keeps them. */
public final class Grants {
  private Grants() {}

  /** The ask `grant`. SecurityException where the URI is not this app's to give. */
  public static void ask(Object... keysAndValues) {
    try {
      DeviceMain.wire().ask("grant", keysAndValues);
    } catch (Wire.Refused e) {
      throw Refusals.of(e);
    }
  }
}
