package emulated;

/**
 * The bottom of what a thread that native code made does in Java. In no package of the framework's or of the lab's: on a stack it
 * stands for code of the app whose Java caller there is none of.
 */
public final class NativeThread {
  private NativeThread() {}

  public static void run(Runnable inJava) {
    inJava.run();
  }
}
