package lab.boot;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Consumer;

/** What translated app code calls in place of the JVM's own (lab/translator, Platform). */
public final class Platform {
  private static volatile ClassLoader system = Platform.class.getClassLoader();
  private static volatile Consumer<UnsatisfiedLinkError> without = error -> {};

  private static volatile int targetSdk = Integer.MAX_VALUE;

  private Platform() {}

  /** `system`: the framework's loader. `without`: told of each library that an app goes on without. */
  public static void set(ClassLoader system, int targetSdk, Consumer<UnsatisfiedLinkError> without) {
    Platform.system = system;
    Platform.targetSdk = targetSdk;
    Platform.without = without;
  }

  /** ClassLoader.getSystemClassLoader: on a phone it finds the framework's classes, and none of an app's. */
  public static ClassLoader systemClassLoader() {
    return system;
  }

  public static <T> void sort(List<T> list) {
    sort(list, null);
  }

  /**
   * Collections.sort, which for apps that target Android 7.1 or less does not call List.sort: lists of that time sort
   * themselves by it (AOSP, libcore, java.util.Collections).
   */
  @SuppressWarnings("unchecked")
  public static <T> void sort(List<T> list, Comparator<? super T> order) {
    if (targetSdk > 25) {
      Collections.sort(list, order);
      return;
    }
    Object[] sorted = list.toArray();
    Arrays.sort(sorted, (Comparator<Object>) order);
    ListIterator<T> each = list.listIterator();
    for (Object one : sorted) {
      each.next();
      each.set((T) one);
    }
  }

  /** A native library is not there, and the app does not expect that: it goes on as if it were. */
  public static void goOnWithout(UnsatisfiedLinkError error) {
    without.accept(error);
  }
}
