package lab.device;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this app may do, as the daemon last said. Names the app has not declared are not here and are
 * denied, as on a phone.
 *
 * <p>States: granted; denied (never asked); refused (asked once, may be asked again); fixed (refused for
 * good).
 */
public final class Permissions {
  private static final Map<String, String> STATES = new ConcurrentHashMap<>();

  private Permissions() {}

  static void set(Map<String, Object> states) {
    for (Map.Entry<String, Object> entry : states.entrySet()) {
      STATES.put(entry.getKey(), String.valueOf(entry.getValue()));
    }
  }

  public static boolean granted(String permission) {
    return "granted".equals(STATES.get(permission));
  }

  public static boolean anyGranted(String... permissions) {
    for (String permission : permissions) {
      if (granted(permission)) {
        return true;
      }
    }
    return false;
  }

  /** After one refusal the app should explain itself before it asks again. */
  public static boolean wantsRationale(String permission) {
    return "refused".equals(STATES.get(permission));
  }

  /** Throws what the framework's own check throws. */
  public static void enforce(String permission, String what) {
    if (!granted(permission)) {
      throw new SecurityException(
          what + ": Neither user " + android.os.Process.myUid() + " nor current process has " + permission + ".");
    }
  }
}
