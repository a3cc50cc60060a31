package lab.device.web;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import lab.device.DeviceMain;

/**
 * Answers an interface of the framework, such as WebViewProvider's 110 methods, with the methods of the same name and
 * parameters of an object of the lab. One that this lacks does nothing, gives null, 0 or false, and is told as
 * `unimplemented` the first time.
 */
final class Delegated {
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Delegated() {}

  /** `name`: of the class that apps know, for what is told. */
  static <T> T to(Object target, Class<T> type, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            Delegated.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(target, method, arguments, name)));
  }

  private static Object call(Object target, Method method, Object[] arguments, String name) throws Throwable {
    Method own;
    try {
      own = target.getClass().getMethod(method.getName(), method.getParameterTypes());
    } catch (NoSuchMethodException missing) {
      if (TOLD.add(name + "." + method.getName())) {
        DeviceMain.wire().event("unimplemented", "method", name + "." + method.getName());
      }
      return nothing(method.getReturnType());
    }
    try {
      own.setAccessible(true);
      return own.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Object nothing(Class<?> type) {
    if (!type.isPrimitive() || type == void.class) {
      return null;
    }
    if (type == boolean.class) {
      return false;
    }
    return type == float.class ? (Object) 0f : type == long.class ? (Object) 0L : (Object) 0;
  }
}
