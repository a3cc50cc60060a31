package lab.device.media;

import android.hardware.ICameraService;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.ICameraDeviceCallbacks;
import android.hardware.camera2.impl.CameraMetadataNative;
import android.hardware.camera2.impl.CaptureResultExtras;
import android.hardware.camera2.impl.PhysicalCaptureResultInfo;
import android.hardware.camera2.params.OutputConfiguration;
import android.hardware.camera2.params.SessionConfiguration;
import android.hardware.camera2.utils.SubmitInfo;
import android.os.RemoteException;
import android.os.ServiceSpecificException;
import android.os.SystemClock;
import android.view.Surface;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import lab.device.DeviceMain;
import org.robolectric.util.ReflectionHelpers;

/**
 * android.hardware.camera2.ICameraDeviceUser: one open camera, whose frames come at their rate for as long as something asks
 * for them. The framework's CameraDeviceImpl stands above it.
 */
public final class CameraSession {
  /** One frame that is wanted. */
  private static final class Wanted {
    final int request;
    final int place;
    final CameraMetadataNative settings;
    final List<Surface> targets;

    Wanted(int request, int place, CameraMetadataNative settings, List<Surface> targets) {
      this.request = request;
      this.place = place;
      this.settings = settings;
      this.targets = targets;
    }
  }

  /** A call to the app's end of the camera. */
  private interface Told {
    void to(ICameraDeviceCallbacks callbacks) throws RemoteException;
  }

  private static final int NONE = -1;

  private final CameraFacts camera;
  private final ICameraDeviceCallbacks callbacks;
  private final long client;
  private final ExecutorService calls = Executors.newSingleThreadExecutor(work -> daemon("camera calls", work));
  private final Map<Integer, OutputConfiguration> streams = new HashMap<>();
  private final Deque<Wanted> queue = new ArrayDeque<>();
  private List<Wanted> repeating = new ArrayList<>();
  private int nextOfRepeating;
  private int requests;
  private int stream;
  private long frames;
  private long lastRepeated = NONE;
  private boolean busy;
  private boolean idle = true;
  private boolean closed;

  public CameraSession(CameraFacts camera, ICameraDeviceCallbacks callbacks) {
    this.camera = camera;
    this.callbacks = callbacks;
    client = OpenCameras.open(camera.id, 2, this::lost);
    daemon("camera " + camera.id, this::run).start();
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private void tell(Told told) {
    try {
      calls.execute(
          () -> {
            try {
              told.to(callbacks);
            } catch (RemoteException e) {
              throw new IllegalStateException(e); // the callbacks are an object of this process
            }
          });
    } catch (RejectedExecutionException gone) {
      DeviceMain.log("D", "CameraDevice", "camera " + camera.id + " is closed: " + gone.getMessage());
    }
  }

  private void lost(String why) {
    boolean taken = why.equals(OpenCameras.DISCONNECTED);
    int error = taken ? ICameraDeviceCallbacks.ERROR_CAMERA_DISCONNECTED : ICameraDeviceCallbacks.ERROR_CAMERA_DISABLED;
    tell(app -> app.onDeviceError(error, extras(null, frames)));
    end();
  }

  // What the framework asks

  void disconnect() {
    OpenCameras.close(client);
    end();
  }

  private synchronized void end() {
    closed = true;
    queue.clear();
    repeating = new ArrayList<>();
    notifyAll();
    calls.shutdown();
  }

  SubmitInfo submitRequest(CaptureRequest request, boolean repeated) {
    return submitRequestList(new CaptureRequest[] {request}, repeated);
  }

  synchronized SubmitInfo submitRequestList(CaptureRequest[] list, boolean repeated) {
    check();
    int number = requests++;
    List<Wanted> wanted = new ArrayList<>();
    for (int place = 0; place < list.length; place++) {
      wanted.add(new Wanted(number, place, list[place].getNativeCopy(), targets(list[place])));
    }
    idle = false;
    notifyAll();
    if (repeated) {
      long last = lastRepeated;
      repeating = wanted;
      nextOfRepeating = 0;
      lastRepeated = NONE;
      return new SubmitInfo(number, last);
    }
    queue.addAll(wanted);
    return new SubmitInfo(number, frames + queue.size() - 1);
  }

  /** The request has been made ready to be sent: numbers of streams in place of surfaces. */
  private List<Surface> targets(CaptureRequest request) {
    int[] numbers = ReflectionHelpers.getField(request, "mStreamIdxArray");
    int[] places = ReflectionHelpers.getField(request, "mSurfaceIdxArray");
    List<Surface> targets = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      OutputConfiguration output = streams.get(numbers[i]);
      if (output == null) {
        throw new ServiceSpecificException(ICameraService.ERROR_ILLEGAL_ARGUMENT, "Request targets Surface that is not part of current capture session");
      }
      targets.add(output.getSurfaces().get(places[i]));
    }
    return targets;
  }

  synchronized long cancelRequest(int request) {
    check();
    if (repeating.isEmpty() || repeating.get(0).request != request) {
      throw new ServiceSpecificException(
          ICameraService.ERROR_ILLEGAL_ARGUMENT, "Camera " + camera.id + ": Did not find request ID " + request);
    }
    return stopRepeating();
  }

  private long stopRepeating() {
    long last = lastRepeated;
    repeating = new ArrayList<>();
    lastRepeated = NONE;
    notifyAll();
    return last;
  }

  synchronized long flush() {
    check();
    long last = stopRepeating();
    List<Wanted> dropped = new ArrayList<>(queue);
    queue.clear();
    for (Wanted one : dropped) {
      long number = frames++;
      tell(app -> app.onDeviceError(ICameraDeviceCallbacks.ERROR_CAMERA_REQUEST, extras(one, number)));
    }
    return last;
  }

  void beginConfigure() {}

  synchronized int[] endConfigure(int mode, CameraMetadataNative parameters, long started) {
    check();
    return new int[0];
  }

  synchronized void deleteStream(int number) {
    OutputConfiguration gone = streams.remove(number);
    if (gone != null) {
      gone.getSurfaces().forEach(Outputs::hidden);
    }
  }

  synchronized int createStream(OutputConfiguration output) {
    check();
    fit(output);
    streams.put(stream, output);
    return stream++;
  }

  private void fit(OutputConfiguration output) {
    for (Surface surface : output.getSurfaces()) {
      if (!Outputs.fits(camera, surface)) {
        throw new ServiceSpecificException(
            ICameraService.ERROR_ILLEGAL_ARGUMENT,
            "Camera " + camera.id + ": No supported stream configurations with format "
                + Outputs.format(surface) + " and size " + Outputs.size(surface));
      }
    }
  }

  synchronized void updateOutputConfiguration(int number, OutputConfiguration output) {
    streams.put(number, output);
  }

  synchronized void finalizeOutputConfigurations(int number, OutputConfiguration output) {
    fit(output);
    streams.put(number, output);
  }

  boolean isSessionConfigurationSupported(SessionConfiguration session) {
    for (OutputConfiguration output : session.getOutputConfigurations()) {
      for (Surface surface : output.getSurfaces()) {
        if (!Outputs.fits(camera, surface)) {
          return false;
        }
      }
    }
    return true;
  }

  CameraMetadataNative createDefaultRequest(int template) {
    check();
    return camera.request(template);
  }

  CameraMetadataNative getCameraInfo() {
    return camera.characteristics();
  }

  synchronized void waitUntilIdle() {
    if (!repeating.isEmpty()) {
      throw new ServiceSpecificException(ICameraService.ERROR_INVALID_OPERATION, "Active streaming requests");
    }
    while (!closed && (busy || !queue.isEmpty())) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  void prepare(int number) {
    tell(app -> app.onPrepared(number));
  }

  void prepare2(int most, int number) {
    prepare(number);
  }

  void tearDown(int number) {}

  void setCameraAudioRestriction(int mode) {}

  private synchronized void check() {
    if (closed) {
      throw new ServiceSpecificException(ICameraService.ERROR_DISCONNECTED, "Camera device no longer alive");
    }
  }

  // Frames

  private void run() {
    Wanted wanted;
    while ((wanted = next()) != null) {
      long due = System.nanoTime() + CameraFacts.FRAME_NS;
      frame(wanted);
      rest(due - System.nanoTime());
    }
  }

  private static void rest(long nanos) {
    try {
      Thread.sleep(Math.max(0, Math.min(nanos, CameraFacts.FRAME_NS)) / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The frame to make now; waits until there is one. Null when the camera is closed. */
  private synchronized Wanted next() {
    busy = false;
    notifyAll();
    while (!closed && queue.isEmpty() && repeating.isEmpty()) {
      if (!idle) {
        idle = true;
        tell(ICameraDeviceCallbacks::onDeviceIdle);
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
    if (closed) {
      return null;
    }
    busy = true;
    Wanted wanted = queue.poll();
    if (wanted == null) {
      wanted = repeating.get(nextOfRepeating);
      nextOfRepeating = (nextOfRepeating + 1) % repeating.size();
      lastRepeated = frames;
    }
    return wanted;
  }

  private void frame(Wanted wanted) {
    long number;
    synchronized (this) {
      number = frames++;
    }
    long timestamp = SystemClock.elapsedRealtimeNanos();
    tell(app -> app.onCaptureStarted(extras(wanted, number), timestamp));
    Shot shot = Shot.of(wanted.settings);
    for (Surface target : wanted.targets) {
      if (!Outputs.write(camera, target, timestamp, shot)) {
        DeviceMain.log("W", "CameraDevice", "camera " + camera.id + ": frame " + number + " is lost, its reader is full");
      }
    }
    CameraMetadataNative result = camera.result(wanted.settings, timestamp);
    tell(app -> app.onResultReceived(result, extras(wanted, number), new PhysicalCaptureResultInfo[0]));
  }

  private static CaptureResultExtras extras(Wanted wanted, long number) {
    int request = wanted == null ? NONE : wanted.request;
    int place = wanted == null ? 0 : wanted.place;
    return new CaptureResultExtras(request, place, 0, 0, number, 1, NONE, null, number - 1, NONE, NONE, false, 0);
  }
}
