package lab.emulator;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What unidbg logs: which of Android's libraries it does not have, and where it failed itself. */
final class Told extends Handler {
  private static final Pattern DEPENDENCY = Pattern.compile("load dependency (\\S+) failed");
  private static final Pattern CLOSED = Pattern.compile("UC_ERR_(READ|WRITE|FETCH)_PROT");
  private static final Pattern NOT_OPENED = Pattern.compile("(?s)dlopen failed: (.+?)(?:, LR=\\S*)?$");

  /** Held, for the logging library does not. */
  private static final Logger LOGGER = Logger.getLogger("com.github.unidbg");

  private Told() {}

  /** It must be heard: where warnings are not wanted, unidbg stops at a console instead. */
  static void listen() {
    LOGGER.setUseParentHandlers(false);
    LOGGER.setLevel(Level.INFO);
    LOGGER.addHandler(new Told());
  }

  @Override
  public void publish(LogRecord record) {
    Matcher told = DEPENDENCY.matcher(String.valueOf(record.getMessage()));
    if (told.find()) {
      Machine.around.lacking("native library " + told.group(1));
    } else if ((told = CLOSED.matcher(String.valueOf(record.getMessage()))).find()) {
      Machine.WATCH.trapped(Crash.SIGSEGV, "code 2 (SEGV_ACCERR)");
    } else if ((told = NOT_OPENED.matcher(String.valueOf(record.getMessage()))).find()) {
      Machine.around.lacking("dlopen of " + told.group(1));
    } else if (record.getThrown() instanceof Error) {
      Machine.around.lacking("system call: " + record.getThrown());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
