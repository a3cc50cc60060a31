package lab.device.shadows;

import android.graphics.SurfaceTexture;
import android.hardware.Camera;
import android.os.ServiceSpecificException;
import android.view.Surface;
import java.io.IOException;
import lab.device.media.CameraFacts;
import lab.device.media.OldCamera;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** The native methods of android.hardware.Camera; all else is the framework's own code. */
@Implements(Camera.class)
public class LabCamera {
  private static final int ACCESS_DENIED = -13; // errno.h, EACCES: "Fail to connect to camera service"

  private volatile OldCamera camera;

  private OldCamera camera() {
    OldCamera held = camera;
    if (held == null) {
      throw new RuntimeException("Camera is being used after Camera.release() was called");
    }
    return held;
  }

  @Implementation
  protected int native_setup(
      Object weakThis, int id, String packageName, int rotation, boolean slowJpeg, int device, int policy) {
    CameraFacts facts = CameraFacts.of(String.valueOf(id));
    if (facts == null) {
      return ACCESS_DENIED;
    }
    try {
      camera = new OldCamera(facts, weakThis);
      return 0;
    } catch (ServiceSpecificException refused) {
      return ACCESS_DENIED; // the daemon has logged why
    }
  }

  /** The framework would watch whether the shutter may be heard: it makes no sound. */
  @Implementation
  protected void initAppOps() {}

  @Implementation
  protected void releaseAppOps() {}

  @Implementation
  protected void native_release() {
    OldCamera held = camera;
    camera = null;
    if (held != null) {
      held.release();
    }
  }

  @Implementation
  protected static int _getNumberOfCameras(int device, int policy) {
    return CameraFacts.all().size();
  }

  @Implementation
  protected static void _getCameraInfo(int id, int rotation, int device, int policy, Camera.CameraInfo info) {
    CameraFacts facts = CameraFacts.of(String.valueOf(id));
    if (facts == null) {
      throw new RuntimeException("Unknown camera ID");
    }
    info.facing = facts.front ? Camera.CameraInfo.CAMERA_FACING_FRONT : Camera.CameraInfo.CAMERA_FACING_BACK;
    info.orientation = facts.orientation();
    info.canDisableShutterSound = true;
  }

  /** Only one process has it, so it is never another's. */
  @Implementation
  protected void unlock() {
    camera();
  }

  @Implementation
  protected void lock() {
    camera();
  }

  @Implementation
  protected void reconnect() throws IOException {
    camera();
  }

  @Implementation
  protected void setPreviewSurface(Surface surface) {
    camera().display(surface);
  }

  @Implementation
  protected void setPreviewTexture(SurfaceTexture texture) {
    camera().texture(texture);
  }

  @Implementation
  protected void startPreview() {
    camera().startPreview();
  }

  @Implementation
  protected void _stopPreview() {
    camera().stopPreview();
  }

  @Implementation
  protected boolean previewEnabled() {
    return camera().previewing();
  }

  @Implementation
  protected void setHasPreviewCallback(boolean installed, boolean manualBuffer) {
    camera().callback(installed, manualBuffer);
  }

  @Implementation
  protected void _addCallbackBuffer(byte[] buffer, int messageType) {
    camera().buffer(buffer);
  }

  @Implementation
  protected void native_autoFocus() {
    camera().focus();
  }

  @Implementation
  protected void native_cancelAutoFocus() {
    camera();
  }

  @Implementation
  protected void enableFocusMoveCallback(int enable) {
    camera(); // the scene is still
  }

  @Implementation
  protected void native_takePicture(int messages) {
    camera().takePicture(messages);
  }

  @Implementation
  protected void native_setParameters(String flat) {
    camera().parameters(flat);
  }

  @Implementation
  protected String native_getParameters() {
    return camera().parameters();
  }

  @Implementation
  protected void setDisplayOrientation(int degrees) {
    camera();
    if (degrees % 90 != 0 || degrees < 0 || degrees > 270) {
      throw new RuntimeException("set display orientation failed");
    }
  }

  @Implementation
  protected boolean _enableShutterSound(boolean enabled) {
    camera();
    return true;
  }

  @Implementation
  protected void startSmoothZoom(int value) {
    camera();
    throw new IllegalArgumentException("invalid zoom value=" + value);
  }

  @Implementation
  protected void _startFaceDetection(int type) {
    camera();
    throw new IllegalArgumentException("invalid face detection type=" + type);
  }
}
