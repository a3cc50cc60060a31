package lab.device.media;

import android.media.MediaRecorder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import lab.device.DeviceMain;
import lab.device.Permissions;
import lab.device.Unimplemented;

/** What stands below android.media.MediaRecorder: its states (AOSP, mediarecorder.cpp) and the file it writes. */
public final class Recorder {
  private enum State { IDLE, INITIALIZED, CONFIGURED, PREPARED, RECORDING, PAUSED, ERROR }

  private static final int INFO = 2; // MediaRecorder.MEDIA_RECORDER_EVENT_INFO
  private static final int NAP_MS = 50;
  private static final int USUAL_RATE = 8000;

  /** `what`, `extra` of an event for the app. */
  private final BiConsumer<Integer, Integer> events;

  private final Map<String, String> parameters = new HashMap<>();
  private State state = State.IDLE;
  private boolean audio;
  private boolean encoder;
  private int video = -1;
  private int format;
  private FileChannel output;
  private SoundFile file;
  private Recordings.Recording recording;
  private long begun;
  private long before;
  private int rate;
  private boolean loud;

  public Recorder(BiConsumer<Integer, Integer> events) {
    this.events = events;
  }

  private void need(String what, State... wanted) {
    for (State one : wanted) {
      if (state == one) {
        return;
      }
    }
    state = state == State.IDLE ? state : State.ERROR;
    throw new IllegalStateException(what + " called in an invalid state: " + state);
  }

  private static void permit(String permission, String what) {
    if (!Permissions.granted("android.permission." + permission)) {
      throw new RuntimeException(what + " failed.");
    }
  }

  public synchronized void audioSource(int source) {
    permit("RECORD_AUDIO", "setAudioSource");
    if (audio) {
      throw new IllegalStateException("audio source has already been set");
    }
    need("setAudioSource", State.IDLE, State.INITIALIZED);
    audio = true;
    state = State.INITIALIZED;
  }

  public synchronized void videoSource(int source) {
    if (source == MediaRecorder.VideoSource.CAMERA) {
      permit("CAMERA", "setVideoSource");
    }
    if (video >= 0) {
      throw new IllegalStateException("video source has already been set");
    }
    need("setVideoSource", State.IDLE, State.INITIALIZED);
    video = source;
    state = State.INITIALIZED;
  }

  public synchronized boolean hasSurface() {
    return video == MediaRecorder.VideoSource.SURFACE && (state == State.PREPARED || state == State.RECORDING || state == State.PAUSED);
  }

  public synchronized void outputFormat(int format) {
    need("setOutputFormat", State.INITIALIZED);
    this.format = format;
    state = State.CONFIGURED;
  }

  public synchronized void audioEncoder(int encoder) {
    need("setAudioEncoder", State.CONFIGURED);
    if (!audio || this.encoder) {
      throw new IllegalStateException("no audio source, or an encoder has already been set");
    }
    this.encoder = true;
  }

  /** A setting of the picture. */
  public synchronized void configured(String what) {
    need(what, State.CONFIGURED);
  }

  public synchronized void parameter(String key, String value) {
    need("setParameter", State.INITIALIZED, State.CONFIGURED);
    parameters.put(key, value);
  }

  private long number(String key, long otherwise) {
    String value = parameters.get(key);
    return value == null ? otherwise : Long.parseLong(value);
  }

  public synchronized void output(FileChannel channel) {
    need("setOutputFile", State.CONFIGURED);
    output = channel;
  }

  public synchronized void prepare() throws IOException {
    need("prepare", State.CONFIGURED);
    if (audio != encoder) {
      throw new IllegalStateException("the audio source or the audio encoder is not set");
    }
    if (video >= 0) {
      Unimplemented.tell("MediaRecorder.setVideoSource: the film has no picture, there is no encoder");
    }
    if (!SoundFile.known(format)) {
      state = State.ERROR;
      Unimplemented.tell("MediaRecorder.setOutputFormat(" + format + "): no file of this kind can be written");
      throw new IOException("prepare failed.");
    }
    if (audio) {
      Unimplemented.tell("MediaRecorder.setAudioEncoder: there is none; docs/lab-services.md says what is in the file");
    }
    rate = (int) number("audio-param-sampling-rate", USUAL_RATE);
    file = new SoundFile(output, format, rate, (int) number("audio-param-number-of-channels", 1));
    state = State.PREPARED;
  }

  public synchronized void start() {
    need("start", State.PREPARED);
    if (audio) {
      recording = Recordings.start();
      if (recording == null) {
        throw new RuntimeException("start failed."); // the permission has gone meanwhile
      }
    }
    before = 0;
    begun = System.nanoTime();
    state = State.RECORDING;
    Thread writer = new Thread(this::write, "recorder");
    writer.setDaemon(true);
    writer.start();
  }

  private long nanos() {
    return before + (state == State.RECORDING ? System.nanoTime() - begun : 0);
  }

  private synchronized void write() {
    try {
      while (state == State.RECORDING || state == State.PAUSED) {
        take();
        long most = number("max-duration", 0);
        long largest = number("max-filesize", 0);
        if (most > 0 && nanos() >= most * 1_000_000) {
          full(MediaRecorder.MEDIA_RECORDER_INFO_MAX_DURATION_REACHED);
          return;
        }
        if (largest > 0 && file != null && file.size() >= largest) {
          full(MediaRecorder.MEDIA_RECORDER_INFO_MAX_FILESIZE_REACHED);
          return;
        }
        wait(NAP_MS);
      }
    } catch (IOException e) {
      events.accept(1, MediaRecorder.MEDIA_RECORDER_ERROR_UNKNOWN); // MEDIA_RECORDER_EVENT_ERROR: the disk is full, say
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take() throws IOException {
    if (file != null && recording != null) {
      file.upTo(nanos() / 1000 * rate / 1_000_000, recording.silenced());
      loud = true;
    }
  }

  /** It is as long as it may be; nothing is added from now on. */
  private void full(int why) throws IOException {
    finish();
    events.accept(INFO, why);
  }

  private void finish() throws IOException {
    if (recording != null) {
      recording.stop();
      recording = null;
    }
    if (file != null) {
      SoundFile done = file;
      file = null;
      done.close();
    }
  }

  public synchronized void pause() {
    need("pause", State.RECORDING, State.PAUSED);
    before = nanos();
    state = State.PAUSED;
  }

  public synchronized void resume() {
    need("resume", State.PAUSED, State.RECORDING);
    if (state == State.PAUSED) {
      begun = System.nanoTime();
      state = State.RECORDING;
    }
  }

  public synchronized void stop() {
    need("stop", State.RECORDING, State.PAUSED);
    boolean empty = nanos() == 0;
    try {
      take();
      finish();
    } catch (IOException e) {
      empty = true;
    }
    begin();
    if (empty) {
      throw new RuntimeException("stop failed.");
    }
  }

  private void begin() {
    state = State.IDLE;
    audio = false;
    encoder = false;
    video = -1;
    output = null;
    parameters.clear();
    notifyAll();
  }

  /** reset, release: a file that is being written ends here, as it is. */
  public synchronized void drop() {
    try {
      finish();
    } catch (IOException e) {
      DeviceMain.log("W", "MediaRecorder", "the file could not be ended: " + e);
    }
    begin();
  }

  /** Of 32767, since it was asked for last: 0 the first time. */
  public synchronized int amplitude() {
    if (!audio) {
      throw new IllegalStateException("no audio source");
    }
    boolean heard = loud && recording != null && !recording.silenced();
    loud = false;
    return heard ? Tone.amplitude() : 0;
  }
}
