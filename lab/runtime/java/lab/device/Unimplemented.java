package lab.device;

import java.lang.StackWalker.StackFrame;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Tells the daemon which calls of the app end in nothing: the framework took them, and what they reached here only
 * gives back null or zero.
 *
 * <p>A call counts if code of the app is on the stack; what the framework does of its own accord is no want of the app's.
 * Each method is told once in a process.
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
      DeviceMain.wire().event("unimplemented", "method", method, "asked", asked);
    }
    return true;
  }

  /** What the app called: the framework's frame above the topmost of the app's; null if none of its code is running. */
  private static String askedByApp(Stream<StackFrame> frames) {
    StackFrame[] last = new StackFrame[1];
    boolean found =
        frames.anyMatch(
            frame -> {
              if (isApp(frame.getDeclaringClass())) {
                return true;
              }
              last[0] = frame;
              return false;
            });
    return found && last[0] != null ? last[0].getClassName() + "." + name(last[0].getMethodName()) : null;
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

  private static String name(String method) {
    return method.startsWith(BODY) ? method.substring(method.lastIndexOf('$') + 1) : method;
  }
}
