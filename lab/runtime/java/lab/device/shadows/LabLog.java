package lab.device.shadows;

import android.util.Log;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** android.util.Log, whose every line goes to the device's log buffer. */
@Implements(Log.class)
public class LabLog {
  /** LOGGER_ENTRY_MAX_PAYLOAD, log.h. */
  private static final int LIMIT = 4068;

  private static final String LETTERS = "??VDIWEA";

  @Implementation
  protected static int println_native(int buffer, int priority, String tag, String text) {
    String shown = text == null ? "" : text.length() > LIMIT ? text.substring(0, LIMIT) : text;
    String letter =
        priority >= 0 && priority < LETTERS.length() ? LETTERS.substring(priority, priority + 1) : "?";
    DeviceMain.log(letter, tag == null ? "" : tag, shown);
    return shown.length();
  }

  @Implementation
  protected static int logger_entry_max_payload_native() {
    return LIMIT;
  }

  @Implementation
  protected static boolean isLoggable(String tag, int level) {
    return level >= Log.INFO;
  }
}
