package lab.device;

import android.os.Looper;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Tells the daemon which calls of the app end in nothing: the framework took them, and what they reached here only
 * gives back null or zero.
 *
 * <p>A call counts if code of the app is on the stack, or the framework makes it on another thread than the main one, which
 * somebody started for the app (GLSurfaceView draws so). What the framework does on the main thread of its own accord is no want of
 * the app's. Each method is told once in a process.
 */
public final class Unimplemented {
  private static final String BODY = "$$robo$$";
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();
  private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static volatile boolean awake;

  private Unimplemented() {}

  /** From here on code of an app runs. */
  static void wake() {
    awake = true;
  }

  /** Whether it is of interest yet that a call ends in nothing. */
  public static boolean isAwake() {
    return awake;
  }

  /**
   * A call of `method` ("package.Class.name") ends in nothing; call it while {@link #isAwake}. True once it need not be
   * told any more.
   */
  public static boolean reached(String method) {
    if (TOLD.contains(method) || Noops.why(method) != null) {
      return true;
    }
    String asked = WALKER.walk(Unimplemented::askedByApp);
    if (asked == null) {
      return false;
    }
    if (TOLD.add(method)) {
      DeviceMain.wire().event("unimplemented", "method", method, "asked", asked.isEmpty() ? method : asked);
    }
    return true;
  }

  /** What is missing, where the calls that end in it do something else as well; told once in a process. */
  public static void tell(String what) {
    if (TOLD.add(what)) {
      DeviceMain.wire().event("unimplemented", "method", what);
    }
  }

  /**
   * What the app called: the framework's frame above the topmost of the app's, or with none of these the thread's
   * first; "" if it called the very method; null if it is the framework's own doing.
   */
  private static String askedByApp(Stream<StackFrame> frames) {
    StackFrame last = null;
    for (Iterator<StackFrame> all = frames.iterator(); all.hasNext(); ) {
      StackFrame frame = all.next();
      Class<?> owner = frame.getDeclaringClass();
      if (isApp(owner)) {
        return last == null ? "" : told(last);
      }
      if (AppLoader.isFramework(owner.getName()) && !Proxy.isProxyClass(owner)) {
        last = frame;
      }
    }
    boolean own = Looper.myLooper() == Looper.getMainLooper() || Thread.currentThread().isDaemon();
    return last == null || own ? null : told(last);
  }

  private static String told(StackFrame frame) {
    String method = frame.getMethodName();
    return frame.getClassName() + "." + (method.startsWith(BODY) ? method.substring(method.lastIndexOf('$') + 1) : method);
  }

  private static boolean isApp(Class<?> owner) {
    ClassLoader loader = owner.getClassLoader();
    for (ClassLoader one = loader; one != null; one = one.getParent()) {
      if (one instanceof AppLoader) {
        return true;
      }
    }
    return false;
  }
}
