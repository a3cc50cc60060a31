package lab.device;

import android.os.Binder;
import android.os.IBinder;
import android.os.IInterface;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.robolectric.shadows.ShadowServiceManager;
import org.robolectric.util.ReflectionHelpers;

/**
 * The system services that Robolectric stands in for with a proxy that answers every call with null or zero: they
 * answer the same here, and the call is told.
 */
public final class DeafServices {
  private static final Map<String, IBinder> TELLING = new ConcurrentHashMap<>();

  private DeafServices() {}

  /** The binder of the service `name`, in place of Robolectric's, which is `found`; null where that is. */
  public static IBinder of(String name, IBinder found) {
    if (found == null) {
      tell("system service " + name);
      return null;
    }
    return TELLING.computeIfAbsent(name, key -> telling(key, found));
  }

  /** A deaf proxy that tells of its calls. */
  @SuppressWarnings("unchecked")
  public static <T> T telling(Class<T> type, T deaf) {
    return (T) wrap(type, deaf, null);
  }

  private static IBinder telling(String name, IBinder found) {
    Map<String, Object> services = ReflectionHelpers.getStaticField(ShadowServiceManager.class, "binderServices");
    Object service = services.get(name);
    Class<?> type = ReflectionHelpers.getField(service, "clazz");
    Object delegate = ReflectionHelpers.getField(service, "delegate");
    String descriptor = ReflectionHelpers.getField(service, "className");
    IInterface inside = found.queryLocalInterface(descriptor);
    if (inside == null || !Proxy.isProxyClass(inside.getClass())) {
      return found;
    }
    Binder binder = new Binder();
    binder.attachInterface((IInterface) wrap(type, inside, delegate), descriptor);
    return binder;
  }

  /** `delegate`: what answers those calls that it has a method for; null for none. */
  private static Object wrap(Class<?> type, Object deaf, Object delegate) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          Object answer;
          try {
            answer = method.invoke(deaf, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
          if (method.getDeclaringClass() != type || answers(delegate, method)) {
            return answer;
          }
          if (answer != null && Proxy.isProxyClass(answer.getClass()) && method.getReturnType().isInterface()) {
            return wrap(method.getReturnType(), answer, null);    // as deaf itself
          }
          tell(type.getName() + "." + method.getName());
          return answer;
        });
  }

  private static boolean answers(Object delegate, Method method) {
    if (delegate != null) {
      for (Method own : delegate.getClass().getMethods()) {
        if (own.getName().equals(method.getName()) && own.getParameterCount() == method.getParameterCount()) {
          return true;
        }
      }
    }
    return false;
  }

  private static void tell(String method) {
    if (Unimplemented.isAwake()) {
      Unimplemented.reached(method);
    }
  }
}
