package lab.device;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Methods that rightly do nothing on the lab device, with the reason: that one of them is called is no want.
 *
 * <p>A key that ends in a dot stands for every method of that class.
 */
final class Noops {
  private static final Map<String, String> WHY = new LinkedHashMap<>();

  private Noops() {}

  /** The reason; null if the method is none of these. */
  static String why(String method) {
    String own = WHY.get(method);
    return own != null ? own : WHY.get(method.substring(0, method.lastIndexOf('.') + 1));
  }

  private static void add(String why, String... methods) {
    for (String method : methods) {
      WHY.put(method, why);
    }
  }

  static {
    add("x", "x.x.x");
  }
}
