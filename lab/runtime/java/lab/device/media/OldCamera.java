package lab.device.media;

import android.graphics.SurfaceTexture;
import android.hardware.Camera;
import android.location.Location;
import android.util.Size;
import android.view.Surface;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** What stands below android.hardware.Camera: its frames, its pictures and the text of its parameters. */
public final class OldCamera {
  // Camera.CAMERA_MSG_*
  private static final int ERROR = 0x001;
  private static final int SHUTTER = 0x002;
  private static final int FOCUS = 0x004;
  private static final int PREVIEW_FRAME = 0x010;
  private static final int RAW_IMAGE = 0x080;
  private static final int COMPRESSED_IMAGE = 0x100;
  private static final int DISABLED = 3; // Camera.CAMERA_ERROR_DISABLED

  private final CameraFacts camera;
  private final Object weakCamera;
  private final long client;
  private final Deque<byte[]> buffers = new ArrayDeque<>();
  private Map<String, String> parameters;
  private Surface display;
  private SurfaceTexture texture;
  private Thread preview;
  private boolean wanted;
  private boolean manual;
  private boolean released;

  /** `weakCamera`: what the framework's events are addressed to. ServiceSpecificException where it cannot be had. */
  public OldCamera(CameraFacts camera, Object weakCamera) {
    this.camera = camera;
    this.weakCamera = weakCamera;
    parameters = beginning();
    client = OpenCameras.open(camera.id, 1, this::lost);
  }

  private void lost(String why) {
    stopPreview();
    post(ERROR, why.equals(OpenCameras.DISCONNECTED) ? Camera.CAMERA_ERROR_EVICTED : DISABLED, null);
    synchronized (this) {
      released = true;
    }
  }

  private void post(int what, int argument, Object data) {
    ReflectionHelpers.callStaticMethod(
        Camera.class,
        "postEventFromNative",
        ClassParameter.from(Object.class, weakCamera),
        ClassParameter.from(int.class, what),
        ClassParameter.from(int.class, argument),
        ClassParameter.from(int.class, 0),
        ClassParameter.from(Object.class, data));
  }

  public void release() {
    stopPreview();
    OpenCameras.close(client);
    synchronized (this) {
      released = true;
    }
  }

  private synchronized void check(String what) {
    if (released) {
      throw new RuntimeException(what + " failed"); // taken away: the app has the object still
    }
  }

  // Preview

  public synchronized void display(Surface surface) {
    check("setPreviewDisplay");
    if (display != null) {
      Outputs.hidden(display);
    }
    display = surface;
  }

  public synchronized void texture(SurfaceTexture wanted) {
    check("setPreviewTexture");
    texture = wanted;
  }

  public synchronized void startPreview() {
    check("startPreview");
    if (preview == null) {
      preview = new Thread(this::run, "camera " + camera.id);
      preview.setDaemon(true);
      preview.start();
    }
  }

  public synchronized void stopPreview() {
    if (preview != null) {
      preview.interrupt();
      preview = null;
    }
    if (display != null) {
      Outputs.hidden(display);
    }
  }

  public synchronized boolean previewing() {
    return preview != null;
  }

  /** `manual`: only as long as there are buffers; else one frame, until it is asked for again. */
  public synchronized void callback(boolean installed, boolean manual) {
    this.wanted = installed;
    this.manual = manual;
    if (!manual) {
      buffers.clear();
    }
  }

  public synchronized void buffer(byte[] buffer) {
    buffers.add(buffer);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      long due = System.nanoTime() + CameraFacts.FRAME_NS;
      frame();
      try {
        Thread.sleep(Math.max(1, (due - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void frame() {
    Surface shown;
    SurfaceTexture filled;
    byte[] into = null;
    boolean asked;
    byte[] frame;
    synchronized (this) {
      if (preview != Thread.currentThread()) {
        return;
      }
      shown = display;
      filled = texture;
      Size size = size("preview-size");
      frame = Picture.of(camera, size.getWidth(), size.getHeight()).frame(!"yuv420p".equals(parameters.get("preview-format")));
      asked = wanted;
      if (wanted && manual) {
        into = buffers.poll();
        asked = into != null && into.length >= frame.length;
      }
      wanted = wanted && manual;
    }
    if (shown != null) {
      Outputs.show(camera, shown);
    }
    if (filled != null) {
      Outputs.arrived(camera, filled);
    }
    if (asked && into != null) {
      System.arraycopy(frame, 0, into, 0, frame.length);
    }
    if (asked) {
      post(PREVIEW_FRAME, 0, into == null ? frame : into);
    }
  }

  // Pictures

  public void focus() {
    check("autoFocus");
    if (!previewing()) {
      throw new RuntimeException("autoFocus failed");
    }
    post(FOCUS, 1, null);
  }

  /** `events`: which of the messages the app waits for. The preview ends with it. */
  public void takePicture(int events) {
    check("takePicture");
    if (!previewing()) {
      throw new RuntimeException("takePicture failed");
    }
    stopPreview();
    Size size;
    Shot shot;
    synchronized (this) {
      size = size("picture-size");
      shot = new Shot(number("jpeg-quality", 90), number("rotation", 0), place());
    }
    Thread thread =
        new Thread(
            () -> {
              post(SHUTTER, 0, null);
              if ((events & RAW_IMAGE) != 0) {
                post(RAW_IMAGE, 0, null);
              }
              byte[] jpeg = Picture.of(camera, size.getWidth(), size.getHeight()).jpeg(shot.quality, shot.degrees, shot.place);
              post(COMPRESSED_IMAGE, 0, jpeg);
            },
            "picture of camera " + camera.id);
    thread.setDaemon(true);
    thread.start();
  }

  private Location place() {
    if (!parameters.containsKey("gps-latitude") || !parameters.containsKey("gps-longitude")) {
      return null;
    }
    Location place = new Location("");
    place.setLatitude(Double.parseDouble(parameters.get("gps-latitude")));
    place.setLongitude(Double.parseDouble(parameters.get("gps-longitude")));
    place.setAltitude(Double.parseDouble(parameters.getOrDefault("gps-altitude", "0")));
    place.setTime(Long.parseLong(parameters.getOrDefault("gps-timestamp", "0")) * 1000);
    return place;
  }

  // Parameters: CameraParameters.h

  private Map<String, String> beginning() {
    Map<String, String> all = new LinkedHashMap<>();
    StringJoiner sizes = new StringJoiner(",");
    for (Size size : camera.sizes()) {
      sizes.add(size.getWidth() + "x" + size.getHeight());
    }
    Size largest = camera.sizes().get(0);
    all.put("preview-size", "640x480");
    all.put("preview-size-values", sizes.toString());
    all.put("picture-size", largest.getWidth() + "x" + largest.getHeight());
    all.put("picture-size-values", sizes.toString());
    all.put("video-size", "1280x720");
    all.put("video-size-values", "1280x720,640x480,320x240");
    all.put("preferred-preview-size-for-video", "1280x720");
    all.put("preview-format", "yuv420sp");
    all.put("preview-format-values", "yuv420sp,yuv420p");
    all.put("picture-format", "jpeg");
    all.put("picture-format-values", "jpeg");
    all.put("video-frame-format", "android-opaque");
    all.put("preview-frame-rate", "15");
    all.put("preview-frame-rate-values", "15");
    all.put("preview-fps-range", "15000,15000");
    all.put("preview-fps-range-values", "(15000,15000)");
    all.put("jpeg-quality", "90");
    all.put("jpeg-thumbnail-quality", "90");
    all.put("jpeg-thumbnail-width", "0");
    all.put("jpeg-thumbnail-height", "0");
    all.put("jpeg-thumbnail-size-values", "0x0");
    all.put("rotation", "0");
    all.put("focus-mode", camera.front ? "fixed" : "auto");
    all.put("focus-mode-values", camera.front ? "fixed" : "auto,continuous-picture,continuous-video,infinity");
    all.put("focus-distances", "Infinity,Infinity,Infinity");
    all.put("max-num-focus-areas", camera.front ? "0" : "1");
    all.put("max-num-metering-areas", "0");
    all.put("flash-mode", "off");
    if (!camera.front) {
      all.put("flash-mode-values", "off,auto,on,torch");
    }
    all.put("whitebalance", "auto");
    all.put("whitebalance-values", "auto");
    all.put("effect", "none");
    all.put("effect-values", "none");
    all.put("antibanding", "auto");
    all.put("antibanding-values", "auto,off");
    all.put("scene-mode", "auto");
    all.put("scene-mode-values", "auto");
    all.put("exposure-compensation", "0");
    all.put("max-exposure-compensation", "6");
    all.put("min-exposure-compensation", "-6");
    all.put("exposure-compensation-step", "0.33333");
    all.put("auto-exposure-lock", "false");
    all.put("auto-exposure-lock-supported", "true");
    all.put("auto-whitebalance-lock", "false");
    all.put("auto-whitebalance-lock-supported", "true");
    all.put("zoom", "0");
    all.put("max-zoom", "0");
    all.put("zoom-ratios", "100");
    all.put("zoom-supported", "false");
    all.put("smooth-zoom-supported", "false");
    all.put("focal-length", camera.front ? "2.7" : "4.3");
    all.put("horizontal-view-angle", "67.4");
    all.put("vertical-view-angle", "53.2");
    all.put("max-num-detected-faces-hw", "0");
    all.put("max-num-detected-faces-sw", "0");
    all.put("video-snapshot-supported", "true");
    all.put("video-stabilization", "false");
    all.put("video-stabilization-supported", "false");
    return all;
  }

  public synchronized String parameters() {
    check("getParameters");
    StringJoiner flat = new StringJoiner(";");
    parameters.forEach((key, value) -> flat.add(key + "=" + value));
    return flat.toString();
  }

  /** RuntimeException where one of them is not among those the camera has. */
  public synchronized void parameters(String flat) {
    check("setParameters");
    Map<String, String> asked = new LinkedHashMap<>();
    for (String pair : flat.split(";")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        asked.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    for (String key : new String[] {"preview-size", "picture-size", "preview-format", "focus-mode", "flash-mode"}) {
      String values = parameters.get(key + "-values");
      if (values != null && asked.containsKey(key) && !("," + values + ",").contains("," + asked.get(key) + ",")) {
        throw new RuntimeException("setParameters failed");
      }
    }
    parameters = asked;
  }

  private Size size(String key) {
    return Size.parseSize(parameters.get(key));
  }

  private int number(String key, int otherwise) {
    String value = parameters.get(key);
    return value == null ? otherwise : Integer.parseInt(value);
  }
}
