package lab.emulator;

/** Signals by which code ends its process (signal(7)). */
final class Crash {
  static final int SIGILL = 4;
  static final int SIGTRAP = 5;
  static final int SIGABRT = 6;
  static final int SIGSEGV = 11;

  private Crash() {}
}
