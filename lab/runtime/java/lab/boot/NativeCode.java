package lab.boot;

/** What an app's native methods and its wishes for libraries come to. */
public interface NativeCode {
  /** Throws UnsatisfiedLinkError, or what the library's JNI_OnLoad threw. */
  void loadLibrary(String name, Class<?> caller) throws Throwable;

  void load(String path, Class<?> caller) throws Throwable;

  /** An app that was not prepared for a library's absence goes on. */
  void goOnWithout(UnsatisfiedLinkError error);

  /** Throws UnsatisfiedLinkError where no library has the method, or what its code threw. */
  Object call(Class<?> owner, String name, String descriptor, Object self, Object[] arguments) throws Throwable;
}
