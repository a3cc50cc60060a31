package lab.emulator;

/** What a function of JNI does. */
interface Function {
  /** The result, boxed, references as the Long; null for void. */
  Object run(Frame frame) throws Throwable;

  /** With the type of its result, and whether it may run Java code: that happens only while the processor stands still. */
  final class Entry {
    final String name;
    final char type;
    final boolean runsJava;
    final Function function;

    Entry(String name, char type, boolean runsJava, Function function) {
      this.name = name;
      this.type = type;
      this.runsJava = runsJava;
      this.function = function;
    }
  }
}
