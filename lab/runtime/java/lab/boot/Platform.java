package lab.boot;

import java.util.function.Consumer;

/** What translated app code calls in place of the JVM's own (lab/translator, Platform). */
public final class Platform {
  private static volatile ClassLoader system = Platform.class.getClassLoader();
  private static volatile Consumer<UnsatisfiedLinkError> without = error -> {};

  private Platform() {}

  /** `system`: the framework's loader. `without`: told of each library that an app goes on without. */
  public static void set(ClassLoader system, Consumer<UnsatisfiedLinkError> without) {
    Platform.system = system;
    Platform.without = without;
  }

  /** ClassLoader.getSystemClassLoader: on a phone it finds the framework's classes, and none of an app's. */
  public static ClassLoader systemClassLoader() {
    return system;
  }

  /** A native library is not there, and the app does not expect that: it goes on as if it were. */
  public static void goOnWithout(UnsatisfiedLinkError error) {
    without.accept(error);
  }
}
