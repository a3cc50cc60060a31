package lab.device.system;

import android.os.Binder;
import android.os.IBinder;
import android.os.IInterface;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import lab.device.DeviceMain;
import lab.device.Unimplemented;

/**
 * A service of the system as this process sees it: the framework's own manager stands above it, and it asks the
 * daemon. What it does not have is answered with null, zero or false, and told once.
 */
final class LocalService extends Binder {
  private final Object target;
  private final Map<String, Method> methods = new HashMap<>();

  private LocalService(Object target) {
    this.target = target;
    for (Method method : target.getClass().getDeclaredMethods()) {
      method.setAccessible(true);
      methods.put(method.getName() + method.getParameterCount(), method);
    }
  }

  /** `type`: the interface of the service; `target`: an object with those of its methods that are here. */
  static <T extends IInterface> T of(Class<T> type, Object target) {
    LocalService binder = new LocalService(target);
    T service =
        type.cast(
            Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> binder.answer(proxy, method, arguments)));
    binder.attachInterface(service, type.getName());
    return service;
  }

  private Object answer(Object proxy, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "asBinder":
        return (IBinder) this;
      case "toString":
        return target.toString();
      case "hashCode":
        return System.identityHashCode(proxy);
      case "equals":
        return proxy == arguments[0];
      default:
        break;
    }
    if (DeviceMain.app() == null) {
      return nothing(method.getReturnType()); // a warm process has nobody to ask for
    }
    Method here = methods.get(method.getName() + method.getParameterCount());
    if (here == null) {
      if (Unimplemented.isAwake()) {
        Unimplemented.reached(method.getDeclaringClass().getName() + "." + method.getName());
      }
      return nothing(method.getReturnType());
    }
    try {
      return here.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static Object nothing(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 0;
    }
    if (type == long.class) {
      return 0L;
    }
    return type == float.class ? (Object) 0f : null;
  }
}
