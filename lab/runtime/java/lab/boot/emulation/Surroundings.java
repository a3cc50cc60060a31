package lab.boot.emulation;

/** What emulated code is given of the device and tells it. Called from whichever thread runs the code. */
public interface Surroundings {
  String processName();

  /** The app's own folder. */
  String data();

  /** The folder of the app's libraries, or null. */
  String libraries();

  /** Whether the process runs code for 64 bits, as it does for its whole life. */
  boolean wide();

  /** The loader that JNI's FindClass asks for a thread that the code made itself. */
  ClassLoader framework();

  /** A system property, or null where it is not set. */
  String property(String name);

  /** A line for the log, `priority` as in android.util.Log. */
  void log(int priority, String tag, String text);

  /** The code asked for something that the emulation does not have. */
  void lacking(String what);

  /** The code ended the process: by a signal, or, where that is 0, by exit(status). Does not return. */
  void ended(int signal, int status, String why);
}
