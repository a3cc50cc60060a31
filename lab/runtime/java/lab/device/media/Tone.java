package lab.device.media;

import android.media.AudioFormat;
import java.nio.ByteBuffer;
import lab.device.Profile;

/** What the microphone hears: a sine of the profile's frequency, at half of the full scale, in all channels alike. */
public final class Tone {
  private static final double LEVEL = 0.5;

  private final int rate;
  private final int channels;
  private final int format;
  private final double step;

  /** `rate`: frames a second; `format`: AudioFormat.ENCODING_PCM_*. */
  public Tone(int rate, int channels, int format) {
    this.rate = rate;
    this.channels = channels;
    this.format = format;
    step = 2 * Math.PI * Profile.device().object("microphone").real("tone_hz") / rate;
  }

  public int rate() {
    return rate;
  }

  public int frameBytes() {
    return channels * sampleBytes(format);
  }

  /** 0 for what is no PCM. */
  public static int sampleBytes(int format) {
    switch (format) {
      case AudioFormat.ENCODING_PCM_8BIT:
        return 1;
      case AudioFormat.ENCODING_PCM_16BIT:
        return 2;
      case AudioFormat.ENCODING_PCM_24BIT_PACKED:
        return 3;
      case AudioFormat.ENCODING_PCM_FLOAT:
      case AudioFormat.ENCODING_PCM_32BIT:
        return 4;
      default:
        return 0;
    }
  }

  /** Frames from `from` on, in the buffer's own byte order. */
  public void write(ByteBuffer into, long from, int frames, boolean silenced) {
    for (long frame = from; frame < from + frames; frame++) {
      double value = silenced ? 0 : LEVEL * Math.sin(step * frame);
      for (int channel = 0; channel < channels; channel++) {
        put(into, value);
      }
    }
  }

  private void put(ByteBuffer into, double value) {
    switch (format) {
      case AudioFormat.ENCODING_PCM_8BIT:
        into.put((byte) (128 + Math.round(value * Byte.MAX_VALUE)));
        break;
      case AudioFormat.ENCODING_PCM_16BIT:
        into.putShort((short) Math.round(value * Short.MAX_VALUE));
        break;
      case AudioFormat.ENCODING_PCM_24BIT_PACKED:
        int sample = (int) Math.round(value * ((1 << 23) - 1));
        into.put((byte) sample).put((byte) (sample >> 8)).put((byte) (sample >> 16));
        break;
      case AudioFormat.ENCODING_PCM_FLOAT:
        into.putFloat((float) value);
        break;
      default:
        into.putInt((int) Math.round(value * Integer.MAX_VALUE));
        break;
    }
  }

  /** The loudest there is, of 32767. */
  public static int amplitude() {
    return (int) (LEVEL * Short.MAX_VALUE);
  }
}
