package lab.device.shadows;

import android.media.AudioRecord;
import android.media.AudioTimestamp;
import android.os.Parcel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import lab.device.Permissions;
import lab.device.media.Capture;
import lab.device.media.Tone;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The native methods of android.media.AudioRecord; all else is the framework's own code. */
@Implements(AudioRecord.class)
public class LabAudioRecord {
  private static final int NOT_MADE = -20; // AUDIORECORD_ERROR_SETUP_NATIVEINITFAILED
  private static final int MARKER = 2; // NATIVE_EVENT_MARKER
  private static final int NEW_POSITION = 3;
  private static final int USUAL_RATE = 48000;
  private static final int BUFFERS_PER_SECOND = 25;
  private static final AtomicInteger SESSIONS = new AtomicInteger(8);

  private Object weakThis;
  private Tone tone;
  private Capture capture;
  private int room;
  private int marker;
  private int period;

  @Implementation
  protected int native_setup(
      Object weakThis,
      Object attributes,
      int[] rate,
      int channelMask,
      int channelIndexMask,
      int format,
      int bytes,
      int[] session,
      Parcel attribution,
      long nativeRecord,
      int flags,
      int history) {
    if (!Permissions.granted("android.permission.RECORD_AUDIO") || Tone.sampleBytes(format) == 0) {
      return NOT_MADE;
    }
    this.weakThis = weakThis;
    rate[0] = rate[0] == 0 ? USUAL_RATE : rate[0];
    int channels = Math.max(Integer.bitCount(channelMask), Integer.bitCount(channelIndexMask));
    tone = new Tone(rate[0], Math.max(1, channels), format);
    room = Math.max(bytes / tone.frameBytes(), rate[0] / BUFFERS_PER_SECOND);
    capture = new Capture(tone, room);
    if (session[0] == 0) {
      session[0] = SESSIONS.addAndGet(8);
    }
    return AudioRecord.SUCCESS;
  }

  @Implementation
  protected static int native_get_min_buff_size(int rate, int channels, int format) {
    return rate / BUFFERS_PER_SECOND * channels * Tone.sampleBytes(format);
  }

  @Implementation
  protected int native_get_buffer_size_in_frames() {
    return room;
  }

  @Implementation
  protected int native_start(int event, int session) {
    return capture.start() ? AudioRecord.SUCCESS : AudioRecord.ERROR;
  }

  @Implementation
  protected void native_stop() {
    if (capture != null) {
      capture.stop();
    }
  }

  @Implementation
  protected void native_release() {
    native_stop();
  }

  @Implementation
  protected void native_finalize() {
    native_stop();
  }

  /** Frames of `into`; in the end the number of bytes. */
  private int read(ByteBuffer into, int bytes, boolean wait) {
    long before = capture.position();
    int frames = capture.read(into.order(ByteOrder.nativeOrder()), bytes / tone.frameBytes(), wait);
    tell(before, capture.position());
    return frames * tone.frameBytes();
  }

  @Implementation
  protected int native_read_in_byte_array(byte[] data, int offset, int bytes, boolean wait) {
    return read(ByteBuffer.wrap(data, offset, bytes), bytes, wait);
  }

  @Implementation
  protected int native_read_in_short_array(short[] data, int offset, int shorts, boolean wait) {
    ByteBuffer read = ByteBuffer.allocate(shorts * Short.BYTES).order(ByteOrder.nativeOrder());
    int count = read(read, read.capacity(), wait) / Short.BYTES;
    read.rewind();
    read.asShortBuffer().get(data, offset, count);
    return count;
  }

  @Implementation
  protected int native_read_in_float_array(float[] data, int offset, int floats, boolean wait) {
    ByteBuffer read = ByteBuffer.allocate(floats * Float.BYTES).order(ByteOrder.nativeOrder());
    int count = read(read, read.capacity(), wait) / Float.BYTES;
    read.rewind();
    read.asFloatBuffer().get(data, offset, count);
    return count;
  }

  /** From the buffer's beginning, wherever its position is, which stays there. */
  @Implementation
  protected int native_read_in_direct_buffer(Object buffer, int bytes, boolean wait) {
    ByteBuffer whole = ((ByteBuffer) buffer).duplicate();
    whole.clear();
    return read(whole, Math.min(bytes, whole.capacity()), wait);
  }

  @Implementation
  protected int native_set_marker_pos(int frames) {
    marker = frames;
    return AudioRecord.SUCCESS;
  }

  @Implementation
  protected int native_get_marker_pos() {
    return marker;
  }

  @Implementation
  protected int native_set_pos_update_period(int frames) {
    period = frames;
    return AudioRecord.SUCCESS;
  }

  @Implementation
  protected int native_get_pos_update_period() {
    return period;
  }

  private void tell(long before, long after) {
    if (marker > before && marker <= after) {
      post(MARKER);
    }
    for (long passed = period > 0 ? after / period - before / period : 0; passed > 0; passed--) {
      post(NEW_POSITION);
    }
  }

  private void post(int what) {
    ReflectionHelpers.callStaticMethod(
        AudioRecord.class,
        "postEventFromNative",
        ClassParameter.from(Object.class, weakThis),
        ClassParameter.from(int.class, what),
        ClassParameter.from(int.class, 0),
        ClassParameter.from(int.class, 0),
        ClassParameter.from(Object.class, null));
  }

  @Implementation
  protected int native_get_timestamp(AudioTimestamp into, int timebase) {
    into.framePosition = capture.heard();
    into.nanoTime = timebase == AudioTimestamp.TIMEBASE_BOOTTIME ? android.os.SystemClock.elapsedRealtimeNanos() : System.nanoTime();
    return AudioRecord.SUCCESS;
  }

  @Implementation
  protected boolean native_setInputDevice(int device) {
    return true; // there is one microphone
  }
}
