package lab.device.media;

import android.media.AudioFormat;
import android.media.MediaRecorder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * The file that a MediaRecorder writes. There are no encoders: in MP4 and 3GP the sound is there without compression
 * (ISO/IEC 23003-5); AMR (RFC 4867) and ADTS (ISO/IEC 14496-3) have no such way, and are silent for as long as it lasted.
 */
public final class SoundFile implements Closeable {
  private static final int RATE = 1000;
  private static final int AMR_FRAMES = 50;
  private static final int AAC_SAMPLES = 1024;
  private static final int AMR_NO_DATA = 0x7C; // frame type 15, quality bit set
  private static final int[] AAC_RATES = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};

  private final FileChannel out;
  private final int container;
  private final Tone tone;
  private final int rate;
  private final int channels;
  private long frames;
  private long units;
  private long begin;

  /** `container`: MediaRecorder.OutputFormat, one that is {@link #known}. */
  public SoundFile(FileChannel out, int container, int rate, int channels) throws IOException {
    this.out = out;
    this.container = container;
    this.rate = rate;
    this.channels = channels;
    tone = new Tone(rate, channels, AudioFormat.ENCODING_PCM_16BIT);
    out.truncate(0);
    if (isMovie()) {
      write(box("ftyp", text("mp42"), number(0), text("isom"), text("mp42")));
      begin = out.position();
      write(ByteBuffer.allocate(16).putInt(1).put(text("mdat")).putLong(0).array());
    } else if (isAmr()) {
      write(text(container == MediaRecorder.OutputFormat.AMR_WB ? "#!AMR-WB\n" : "#!AMR\n"));
    }
  }

  public static boolean known(int container) {
    switch (container) {
      case MediaRecorder.OutputFormat.DEFAULT:
      case MediaRecorder.OutputFormat.THREE_GPP:
      case MediaRecorder.OutputFormat.MPEG_4:
      case MediaRecorder.OutputFormat.AMR_NB:
      case MediaRecorder.OutputFormat.AMR_WB:
      case MediaRecorder.OutputFormat.AAC_ADTS:
        return true;
      default:
        return false;
    }
  }

  private boolean isMovie() {
    return container <= MediaRecorder.OutputFormat.MPEG_4;
  }

  private boolean isAmr() {
    return container == MediaRecorder.OutputFormat.AMR_NB || container == MediaRecorder.OutputFormat.AMR_WB;
  }

  /** All that was heard up to the frame `until`. */
  public void upTo(long until, boolean silenced) throws IOException {
    if (isMovie()) {
      while (frames < until) {
        int some = (int) Math.min(rate, until - frames);
        ByteBuffer sound = ByteBuffer.allocate(some * tone.frameBytes()).order(ByteOrder.LITTLE_ENDIAN);
        tone.write(sound, frames, some, silenced);
        write(sound.array());
        frames += some;
      }
      return;
    }
    frames = until;
    for (long wanted = isAmr() ? frames * AMR_FRAMES / rate : frames / AAC_SAMPLES; units < wanted; units++) {
      write(isAmr() ? new byte[] {AMR_NO_DATA} : silentAac());
    }
  }

  public long size() throws IOException {
    return out.position();
  }

  /** A frame of one channel without any lines of the spectrum, behind its ADTS header. */
  private byte[] silentAac() {
    byte[] sound = {0, 0, 0, 7};
    int index = 4;
    for (int i = 0; i < AAC_RATES.length; i++) {
      index = AAC_RATES[i] == rate ? i : index;
    }
    int length = 7 + sound.length;
    return ByteBuffer.allocate(length)
        .put((byte) 0xFF)
        .put((byte) 0xF1)
        .put((byte) (1 << 6 | index << 2))
        .put((byte) (1 << 6 | length >> 11))
        .put((byte) (length >> 3))
        .put((byte) ((length & 7) << 5 | 0x1F))
        .put((byte) 0xFC)
        .put(sound)
        .array();
  }

  /** What stands at the end of a movie: ISO/IEC 14496-12. */
  @Override
  public void close() throws IOException {
    if (isMovie()) {
      long end = out.position();
      out.write(ByteBuffer.allocate(8).putLong(end - begin).flip(), begin + 8);
      out.position(end);
      write(movie());
    }
    out.close();
  }

  private byte[] movie() {
    int length = (int) (frames * RATE / rate);
    byte[] matrix = ByteBuffer.allocate(36).putInt(0, 1 << 16).putInt(16, 1 << 16).putInt(32, 1 << 30).array();
    byte[] header =
        full("mvhd", 0, number(0, 0, RATE, length, 1 << 16), shorts(256, 0), number(0, 0), matrix, new byte[24], number(2));
    byte[] track =
        full("tkhd", 7, number(0, 0, 1, 0, length, 0, 0), shorts(0, 0, 256, 0), matrix, number(0, 0));
    byte[] sample =
        box(
            "ipcm", new byte[6], shorts(1), number(0, 0), shorts(channels, 16), number(0, rate << 16),
            full("pcmC", 0, new byte[] {1, 16})); // little-endian, 16 bits
    byte[] table =
        box(
            "stbl",
            full("stsd", 0, number(1), sample),
            full("stts", 0, number(1, (int) frames, 1)),
            full("stsc", 0, number(1, 1, (int) frames, 1)),
            full("stsz", 0, number(tone.frameBytes(), (int) frames)),
            full("co64", 0, number(1), ByteBuffer.allocate(8).putLong(begin + 16).array()));
    byte[] reference = box("dinf", full("dref", 0, number(1), full("url ", 1)));
    byte[] media =
        box(
            "mdia",
            full("mdhd", 0, number(0, 0, rate, (int) frames), shorts(0x55C4, 0)), // language: und
            full("hdlr", 0, number(0), text("soun"), new byte[12], text("SoundHandle\0")),
            box("minf", full("smhd", 0, number(0)), reference, table));
    return box("moov", header, box("trak", track, media));
  }

  private static byte[] box(String type, byte[]... parts) {
    int size = 8;
    for (byte[] part : parts) {
      size += part.length;
    }
    ByteBuffer box = ByteBuffer.allocate(size).putInt(size).put(text(type));
    for (byte[] part : parts) {
      box.put(part);
    }
    return box.array();
  }

  /** A box of version 0. */
  private static byte[] full(String type, int flags, byte[]... parts) {
    byte[][] all = new byte[parts.length + 1][];
    all[0] = number(flags);
    System.arraycopy(parts, 0, all, 1, parts.length);
    return box(type, all);
  }

  private static byte[] number(int... numbers) {
    ByteBuffer out = ByteBuffer.allocate(4 * numbers.length);
    for (int number : numbers) {
      out.putInt(number);
    }
    return out.array();
  }

  private static byte[] shorts(int... numbers) {
    ByteBuffer out = ByteBuffer.allocate(2 * numbers.length);
    for (int number : numbers) {
      out.putShort((short) number);
    }
    return out.array();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void write(byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      out.write(left);
    }
  }
}
