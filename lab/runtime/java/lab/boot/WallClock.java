package lab.boot;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.robolectric.internal.bytecode.Interceptor;
import org.robolectric.internal.bytecode.MethodRef;
import org.robolectric.internal.bytecode.MethodSignature;
import org.robolectric.util.Function;

/** The framework's System.currentTimeMillis and nanoTime are the host's, as an app's own are. */
public final class WallClock extends Interceptor {
  public WallClock() {
    super(new MethodRef(System.class, "nanoTime"), new MethodRef(System.class, "currentTimeMillis"));
  }

  @Override
  public Function<Object, Object> handle(MethodSignature signature) {
    boolean nanos = signature.methodName.equals("nanoTime");
    return (type, value, parameters) -> nanos ? System.nanoTime() : System.currentTimeMillis();
  }

  @Override
  public MethodHandle getMethodHandle(String methodName, MethodType type)
      throws NoSuchMethodException, IllegalAccessException {
    return MethodHandles.lookup().findStatic(System.class, methodName, methodType(long.class));
  }
}
