package lab.boot;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.ListIterator;

/** What translated app code calls in place of the JVM's own (lab/translator, Platform). */
public final class Platform {
  private static volatile ClassLoader system = Platform.class.getClassLoader();
  private static volatile NativeCode nativeCode;
  private static volatile int targetSdk = Integer.MAX_VALUE;

  private Platform() {}

  /** `system`: the framework's loader. */
  public static void set(ClassLoader system, int targetSdk, NativeCode nativeCode) {
    Platform.system = system;
    Platform.targetSdk = targetSdk;
    Platform.nativeCode = nativeCode;
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

  /** System.loadLibrary. */
  public static void loadLibrary(String name, Class<?> caller) throws Throwable {
    nativeCode.loadLibrary(name, caller);
  }

  /** System.load. */
  public static void load(String path, Class<?> caller) throws Throwable {
    nativeCode.load(path, caller);
  }

  /** Runtime.loadLibrary. */
  public static void loadLibrary(Runtime runtime, String name, Class<?> caller) throws Throwable {
    nativeCode.loadLibrary(name, caller);
  }

  /** Runtime.load. */
  public static void load(Runtime runtime, String path, Class<?> caller) throws Throwable {
    nativeCode.load(path, caller);
  }

  /** A native library is not there, and the app does not expect that: it goes on as if it were. */
  public static void goOnWithout(UnsatisfiedLinkError error) {
    nativeCode.goOnWithout(error);
  }

  /** The body of every native method of an app. `self`: null for a static one; primitives boxed. */
  public static Object callNative(Class<?> owner, String name, String descriptor, Object self, Object[] arguments)
      throws Throwable {
    return nativeCode.call(owner, name, descriptor, self, arguments);
  }
}
