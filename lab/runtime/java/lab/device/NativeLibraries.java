package lab.device;

/** Native code for a phone cannot run here: what is told when an app wants some. */
public final class NativeLibraries {
  private NativeLibraries() {}

  /**
   * A library was asked for: the caller gets an UnsatisfiedLinkError, if it is prepared for one. `brought`: the app has
   * it, for phones of some kind.
   */
  public static void missing(String library, boolean brought) {
    String why = brought ? "native code does not run on the lab device" : "the APK has no such library";
    DeviceMain.wire().event("native", "library", library, "error", why);
  }

  /** An app that was not prepared for it goes on; each native method that it calls throws UnsatisfiedLinkError. */
  static void goOnWithout(UnsatisfiedLinkError error) {
    DeviceMain.log("W", "nativeloader", "the app goes on without a library: " + error.getMessage());
    for (StackTraceElement frame : error.getStackTrace()) {
      if (frame.getClassName().equals("java.lang.System") && frame.getMethodName().equals("load")) {
        missing(String.valueOf(error.getMessage()), true); // no class loader was asked for it
        return;
      }
    }
  }
}
