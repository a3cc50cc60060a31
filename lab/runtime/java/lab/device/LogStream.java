package lab.device;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** System.out and System.err of an app: lines in the device's log, as on a phone. */
final class LogStream extends OutputStream {
  /** Robolectric prints every broadcast; that is not the app speaking. */
  private static final String NOISE = "; Matching wrappers: [";

  private static final int LIMIT = 4000;

  private final String priority;
  private final String tag;
  private byte[] line = new byte[256];
  private int length;

  private LogStream(String priority, String tag) {
    this.priority = priority;
    this.tag = tag;
  }

  static void install() {
    System.setOut(new PrintStream(new LogStream("I", "System.out"), true));
    System.setErr(new PrintStream(new LogStream("W", "System.err"), true));
  }

  @Override
  public synchronized void write(int b) {
    if (b == '\n' || length == LIMIT) {
      String text = new String(line, 0, length, StandardCharsets.UTF_8);
      length = 0;
      if (!text.startsWith("Intent = ") || !text.contains(NOISE)) {
        DeviceMain.log(priority, tag, text);
      }
      if (b == '\n') {
        return;
      }
    }
    if (length == line.length) {
      line = java.util.Arrays.copyOf(line, 2 * length);
    }
    line[length++] = (byte) b;
  }
}
