package lab.device.media;

import android.hardware.ICameraService;
import android.os.ServiceSpecificException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import lab.boot.Wire;
import lab.device.DeviceMain;

/** The cameras that this process has open. Whether it may have one is the daemon's to say, also later on. */
public final class OpenCameras {
  /** Another app, or another open of this one, has it now. */
  public static final String DISCONNECTED = "disconnected";

  private static final Map<Long, Consumer<String>> LOST = new ConcurrentHashMap<>();
  /** Taken away before the thread that opened it came to say who is to be told. */
  private static final Map<Long, String> EARLY = new ConcurrentHashMap<>();

  private OpenCameras() {}

  /** `lost`: told why the camera is taken away. Gives the number to close it by. */
  public static long open(String camera, int api, Consumer<String> lost) {
    Map<String, Object> answer;
    try {
      answer = DeviceMain.wire().ask("camera", "verb", "open", "camera", camera, "api", api);
    } catch (Wire.Refused refused) { // an isolated process
      throw new ServiceSpecificException(ICameraService.ERROR_PERMISSION_DENIED, refused.getMessage());
    }
    if (answer.get("code") != null) {
      throw new ServiceSpecificException(((Number) answer.get("code")).intValue(), (String) answer.get("why"));
    }
    long client = ((Number) answer.get("client")).longValue();
    synchronized (LOST) {
      LOST.put(client, lost);
    }
    String early = EARLY.remove(client);
    if (early != null) {
      lost(client, early);
    }
    return client;
  }

  public static void close(long client) {
    if (LOST.remove(client) != null) {
      DeviceMain.wire().tell("camera", "verb", "close", "client", client);
    }
  }

  /** The daemon's call. */
  public static void lost(long client, String why) {
    Consumer<String> holder;
    synchronized (LOST) {
      holder = LOST.remove(client);
      if (holder == null) {
        EARLY.put(client, why);
      }
    }
    if (holder != null) {
      holder.accept(why);
    }
  }
}
