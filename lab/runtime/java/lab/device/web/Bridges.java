package lab.device.web;

import android.webkit.JavascriptInterface;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import lab.device.DeviceMain;

/** The app's objects that pages may call: those methods that say so by their annotation (Android 4.2 and later). */
final class Bridges {
  private final Map<String, Object> objects = new ConcurrentHashMap<>();

  void add(Object object, String name) {
    if (object != null && name != null) {
      objects.put(name, object);
    }
  }

  void remove(String name) {
    if (name != null) {
      objects.remove(name);
    }
  }

  Map<String, Set<String>> names() {
    Map<String, Set<String>> names = new LinkedHashMap<>();
    objects.forEach(
        (name, object) -> {
          Set<String> methods = new TreeSet<>();
          for (Method method : object.getClass().getMethods()) {
            if (method.isAnnotationPresent(JavascriptInterface.class)) {
              methods.add(method.getName());
            }
          }
          names.put(name, methods);
        });
    return names;
  }

  /** On the page's thread, as on a phone; with the app's class loader in the thread's context. */
  Object call(String name, String method, Object[] arguments) throws Exception {
    Object object = objects.get(name);
    if (object == null) {
      throw new NoSuchMethodException(name);
    }
    for (Method one : object.getClass().getMethods()) {
      if (one.getName().equals(method)
          && one.isAnnotationPresent(JavascriptInterface.class)
          && one.getParameterCount() == arguments.length) {
        return invoke(one, object, arguments);
      }
    }
    throw new NoSuchMethodException(name + "." + method + " with " + arguments.length + " arguments");
  }

  private static Object invoke(Method method, Object object, Object[] arguments) throws Exception {
    Object[] given = new Object[arguments.length];
    for (int i = 0; i < given.length; i++) {
      given[i] = as(method.getParameterTypes()[i], arguments[i]);
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(DeviceMain.app().loader());
    try {
      method.setAccessible(true);
      return plain(method.invoke(object, given));
    } catch (InvocationTargetException e) {
      DeviceMain.log("W", "System.err", String.valueOf(e.getCause()));
      throw e;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Chromium's rules of conversion, as far as they keep a value: a wrong type becomes 0, false or null. */
  private static Object as(Class<?> type, Object value) {
    if (type == String.class) {
      return value == null ? null : value instanceof Double ? number((Double) value) : String.valueOf(value);
    }
    if (type == boolean.class) {
      return Boolean.TRUE.equals(value);
    }
    if (type.isArray()) {
      if (!(value instanceof Object[])) {
        return null;
      }
      Object[] list = (Object[]) value;
      Object array = Array.newInstance(type.getComponentType(), list.length);
      for (int i = 0; i < list.length; i++) {
        Array.set(array, i, as(type.getComponentType(), list[i]));
      }
      return array;
    }
    Number number = value instanceof Number ? (Number) value : 0;
    if (type == int.class) {
      return number.intValue();
    }
    if (type == long.class) {
      return number.longValue();
    }
    if (type == double.class) {
      return number.doubleValue();
    }
    if (type == float.class) {
      return number.floatValue();
    }
    if (type == short.class) {
      return number.shortValue();
    }
    if (type == byte.class) {
      return number.byteValue();
    }
    if (type == char.class) {
      return (char) number.intValue();
    }
    return null;
  }

  private static String number(Double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15 ? String.valueOf(value.longValue()) : value.toString();
  }

  private static Object plain(Object value) {
    if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value;
    }
    return value instanceof Character ? (Object) (int) (Character) value : null;
  }
}
