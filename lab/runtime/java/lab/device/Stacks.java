package lab.device;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** Stack traces as a phone shows them: without what instruments and links the framework here. */
final class Stacks {
  private static final String MARK = "$$robo$$";
  private static final String[] MACHINERY = {
    "org.robolectric.", "lab.", "java.lang.invoke.", "jdk.internal.reflect.", "java.lang.reflect."
  };

  private Stacks() {}

  /** As Throwable.printStackTrace prints it, causes included. Changes the traces of `thrown`. */
  static String print(Throwable thrown) {
    int limit = 32;
    for (Throwable one = thrown; one != null && limit > 0; one = one.getCause(), limit--) {
      one.setStackTrace(clean(one.getStackTrace()));
    }
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  /**
   * An instrumented method has two frames: its body, `$$robo$$android_view_View$performClick` with a line
   * number, and under it the method of that name that only calls the body. The body's is kept, renamed.
   */
  static StackTraceElement[] clean(StackTraceElement[] frames) {
    List<StackTraceElement> kept = new ArrayList<>();
    String body = null;
    for (StackTraceElement frame : frames) {
      String method = frame.getMethodName();
      String owner = frame.getClassName();
      if (method.startsWith(MARK)) {
        String name = method.substring(method.lastIndexOf('$') + 1);
        body = owner + "." + name;
        kept.add(new StackTraceElement(owner, name, frame.getFileName(), frame.getLineNumber()));
        continue;
      }
      if ((owner + "." + method).equals(body) && frame.getLineNumber() < 0) {
        body = null;
        continue;
      }
      if (!isMachinery(owner)) {
        kept.add(frame);
      }
    }
    return kept.toArray(new StackTraceElement[0]);
  }

  private static boolean isMachinery(String owner) {
    for (String prefix : MACHINERY) {
      if (owner.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
