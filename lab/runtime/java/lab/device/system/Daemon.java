package lab.device.system;

import java.lang.reflect.Constructor;
import java.util.Map;
import lab.boot.Wire;
import lab.device.DeviceMain;

/** Asks of the daemon whose refusal is an exception of the framework: "java.lang.SecurityException: why". */
public final class Daemon {
  private Daemon() {}

  /** Throws what the daemon says that Android throws. */
  public static Map<String, Object> ask(String op, Object... keysAndValues) {
    try {
      return DeviceMain.wire().ask(op, keysAndValues);
    } catch (Wire.Refused refused) {
      throw thrown(refused.getMessage());
    }
  }

  /** The exception that a refusal names, an IllegalStateException where it names none that can be made. */
  public static RuntimeException thrown(String refusal) {
    int colon = refusal.indexOf(": ");
    if (colon > 0) {
      try {
        Class<?> type = Class.forName(refusal.substring(0, colon), true, Daemon.class.getClassLoader());
        return (RuntimeException) made(type, refusal.substring(colon + 2));
      } catch (ReflectiveOperationException | ClassCastException named) {
        return new IllegalStateException(refusal);
      }
    }
    return new IllegalStateException(refusal);
  }

  /** Most take a text, those of the activity manager also a cause. */
  private static Object made(Class<?> type, String why) throws ReflectiveOperationException {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      Class<?>[] takes = constructor.getParameterTypes();
      if (takes.length > 0 && takes[0] == String.class && (takes.length == 1 || takes.length == 2 && !takes[1].isPrimitive())) {
        constructor.setAccessible(true);
        return takes.length == 1 ? constructor.newInstance(why) : constructor.newInstance(why, null);
      }
    }
    throw new NoSuchMethodException(type.getName());
  }

  static int integer(Map<String, Object> fields, String name) {
    Object value = fields.get(name);
    return value == null ? 0 : ((Number) value).intValue();
  }

  public static String text(Map<String, Object> fields, String name) {
    return (String) fields.get(name);
  }
}
