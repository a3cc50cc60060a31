package lab.device.media;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lab.device.DeviceMain;

/** The recordings of this process. Whether they hear anything is the daemon's to say. */
public final class Recordings {
  /** One that runs. */
  public static final class Recording {
    private final long number;
    private volatile boolean silenced;

    private Recording(long number, boolean silenced) {
      this.number = number;
      this.silenced = silenced;
    }

    public boolean silenced() {
      return silenced;
    }

    public void stop() {
      if (RUNNING.remove(number) != null) {
        DeviceMain.wire().tell("microphone", "verb", "stop", "recording", number);
      }
    }
  }

  private static final Map<Long, Recording> RUNNING = new ConcurrentHashMap<>();

  private Recordings() {}

  /** Null without the permission. */
  public static Recording start() {
    Map<String, Object> answer = DeviceMain.wire().ask("microphone", "verb", "start");
    if (!Boolean.TRUE.equals(answer.get("allowed"))) {
      return null;
    }
    long number = ((Number) answer.get("recording")).longValue();
    Recording made = new Recording(number, Boolean.TRUE.equals(answer.get("silenced")));
    RUNNING.put(number, made);
    return made;
  }

  /** The daemon's call. */
  public static void silence(long number, boolean silenced) {
    Recording recording = RUNNING.get(number);
    if (recording != null) {
      recording.silenced = silenced;
    }
  }
}
