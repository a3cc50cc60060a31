package lab.boot.emulation;

/** Native code of an app for ARM, run by an emulated processor (docs/lab-native.md). */
public interface Emulation {
  /**
   * Loads a library with what it needs and runs its JNI_OnLoad. Throws UnsatisfiedLinkError, or what JNI_OnLoad left
   * pending.
   */
  void load(String path, ClassLoader loader) throws Throwable;

  /** What {@link #call} gives where no loaded library has the method. */
  Object ABSENT = new Object();

  /** Runs a native method. `self` is null for a static one; primitives are boxed, in and out. Throws what it left pending. */
  Object call(Class<?> owner, String name, String descriptor, Object self, Object[] arguments) throws Throwable;
}
