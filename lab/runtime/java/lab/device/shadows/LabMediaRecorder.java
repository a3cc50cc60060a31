package lab.device.shadows;

import android.graphics.SurfaceTexture;
import android.hardware.Camera;
import android.media.MediaRecorder;
import android.os.Parcel;
import android.view.Surface;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import lab.device.media.Recorder;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The native methods of android.media.MediaRecorder; all else is the framework's own code. */
@Implements(MediaRecorder.class)
public class LabMediaRecorder {
  @RealObject private MediaRecorder real;
  private volatile Recorder recorder;
  private Surface surface;

  private Recorder recorder() {
    Recorder held = recorder;
    if (held == null) {
      throw new IllegalStateException("the recorder has been released");
    }
    return held;
  }

  @Implementation
  protected static void native_init() {}

  @Implementation
  protected void native_setup(Object weakThis, String clientName, Parcel attribution) {
    ReflectionHelpers.setField(real, "mNativeContext", 1L); // the framework looks whether it is there
    recorder =
        new Recorder(
            (what, extra) ->
                ReflectionHelpers.callStaticMethod(
                    MediaRecorder.class,
                    "postEventFromNative",
                    ClassParameter.from(Object.class, weakThis),
                    ClassParameter.from(int.class, what),
                    ClassParameter.from(int.class, extra),
                    ClassParameter.from(int.class, 0),
                    ClassParameter.from(Object.class, null)));
  }

  @Implementation
  protected void setAudioSource(int source) {
    if (!MediaRecorder.isValidAudioSource(source)) {
      throw new IllegalArgumentException("Invalid audio source");
    }
    recorder().audioSource(source);
  }

  @Implementation
  protected void setVideoSource(int source) {
    if (source < MediaRecorder.VideoSource.DEFAULT || source > MediaRecorder.VideoSource.SURFACE) {
      throw new IllegalArgumentException("Invalid video source");
    }
    recorder().videoSource(source);
  }

  @Implementation
  protected void setCamera(Camera camera) {
    recorder();
  }

  @Implementation
  protected void setOutputFormat(int format) {
    recorder().outputFormat(format);
  }

  @Implementation
  protected void setVideoSize(int width, int height) {
    recorder().configured("setVideoSize");
  }

  @Implementation
  protected void setVideoFrameRate(int rate) {
    recorder().configured("setVideoFrameRate");
  }

  @Implementation
  protected void setVideoEncoder(int encoder) {
    recorder().configured("setVideoEncoder");
  }

  @Implementation
  protected void setAudioEncoder(int encoder) {
    recorder().audioEncoder(encoder);
  }

  @Implementation
  protected void setMaxDuration(int milliseconds) {
    recorder().parameter("max-duration", String.valueOf(milliseconds));
  }

  @Implementation
  protected void setMaxFileSize(long bytes) {
    recorder().parameter("max-filesize", String.valueOf(bytes));
  }

  /** "key=value" */
  @Implementation
  protected void setParameter(String pair) {
    int equals = pair.indexOf('=');
    recorder().parameter(pair.substring(0, equals), pair.substring(equals + 1));
  }

  /** The file is opened anew: the app may close its own descriptor. */
  @Implementation
  protected void _setOutputFile(FileDescriptor fd) throws IOException {
    int number = ReflectionHelpers.getField(fd, "fd");
    recorder().output(FileChannel.open(Path.of("/proc/self/fd/" + number), StandardOpenOption.WRITE));
  }

  @Implementation
  protected void _prepare() throws IOException {
    recorder().prepare();
  }

  @Implementation
  protected Surface getSurface() {
    if (!recorder().hasSurface()) {
      throw new IllegalStateException("failed to get surface");
    }
    if (surface == null) {
      surface = new Surface(new SurfaceTexture(0));
    }
    return surface;
  }

  @Implementation
  protected void setInputSurface(Surface surface) {
    recorder();
  }

  @Implementation
  protected void start() {
    recorder().start();
  }

  @Implementation
  protected void pause() {
    recorder().pause();
  }

  @Implementation
  protected void resume() {
    recorder().resume();
  }

  @Implementation
  protected void stop() {
    recorder().stop();
  }

  @Implementation
  protected void native_reset() {
    recorder().drop();
  }

  @Implementation
  protected void release() {
    Recorder held = recorder;
    recorder = null;
    ReflectionHelpers.setField(real, "mNativeContext", 0L);
    if (held != null) {
      held.drop();
    }
  }

  @Implementation
  protected void native_finalize() {
    release();
  }

  @Implementation
  protected int getMaxAmplitude() {
    return recorder().amplitude();
  }

  @Implementation
  protected boolean native_setInputDevice(int device) {
    return true; // there is one microphone
  }
}
