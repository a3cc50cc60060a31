package lab.device;

import lab.boot.Wire;
import lab.device.system.Daemon;

/** What the daemon refuses, as the exception that an app gets on a phone. */
final class Refusals {
  private static final String SECURITY = "SecurityException: ";

  private Refusals() {}

  static boolean isSecurity(String why) {
    return why != null
        && (why.contains("Permission Denial") || why.contains("SecurityException") || why.contains("without permission"));
  }

  static String text(String why) {
    String plain = why.startsWith("java.lang.") ? why.substring("java.lang.".length()) : why;
    return plain.startsWith(SECURITY) ? plain.substring(SECURITY.length()) : why;
  }

  static RuntimeException of(Wire.Refused refused) {
    String why = refused.getMessage();
    return isSecurity(why) ? new SecurityException(text(why)) : Daemon.thrown(why);
  }
}
