package lab.device;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How long a piece of sound or film plays, read from its container: RIFF/WAVE, MPEG audio (ISO/IEC 11172-3, with a
 * Xing or Info frame or at a constant rate), Ogg (RFC 3533, the last page's position over the rate of Vorbis or
 * Opus), and MP4 (ISO/IEC 14496-12, mvhd).
 */
public final class MediaLength {
  /** Of what is in none of these: a sound that the lab does not understand plays this long. */
  public static final int UNKNOWN_MS = 5000;

  private static final int LIMIT = 64 << 20;
  private static final int[] RATES = {44100, 48000, 32000};
  private static final int[] KBPS_V1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  private static final int[] KBPS_V2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};

  private final byte[] data;

  private MediaLength(byte[] data) {
    this.data = data;
  }

  /** Milliseconds; the stream is read to its end, at most 64 MiB of it, and closed. */
  public static int of(InputStream stream) throws IOException {
    try (InputStream in = stream) {
      return of(in.readNBytes(LIMIT));
    }
  }

  /** Milliseconds, {@link #UNKNOWN_MS} where the container is none that is known or is damaged. */
  public static int of(byte[] data) {
    long found;
    try {
      found = new MediaLength(data).read();
    } catch (IndexOutOfBoundsException | ArithmeticException damaged) {
      found = 0;
    }
    return found <= 0 || found > Integer.MAX_VALUE ? UNKNOWN_MS : (int) found;
  }

  private long read() {
    if (says("RIFF", 0) && says("WAVE", 8)) {
      return wave();
    }
    if (says("OggS", 0)) {
      return ogg();
    }
    if (says("ftyp", 4)) {
      return movie(0, data.length);
    }
    return mpeg();
  }

  private boolean says(String word, int at) {
    return at + word.length() <= data.length
        && new String(data, at, word.length(), StandardCharsets.ISO_8859_1).equals(word);
  }

  private ByteBuffer little(int at) {
    return ByteBuffer.wrap(data, at, data.length - at).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer big(int at) {
    return ByteBuffer.wrap(data, at, data.length - at);
  }

  private long wave() {
    long rate = 0;
    for (int at = 12; at + 8 <= data.length; ) {
      long size = little(at + 4).getInt() & 0xFFFFFFFFL;
      if (says("fmt ", at)) {
        rate = little(at + 16).getInt() & 0xFFFFFFFFL;
      } else if (says("data", at)) {
        return Math.min(size, data.length - at - 8) * 1000 / rate;
      }
      at = Math.toIntExact(Math.min(Integer.MAX_VALUE, at + 8 + size + (size & 1)));
    }
    return 0;
  }

  private long ogg() {
    boolean opus = says("OpusHead", 28);
    long rate = opus ? 48000 : little(28 + 12).getInt() & 0xFFFFFFFFL;
    for (int at = data.length - 14; at >= 0; at--) {
      if (data[at] == 'O' && says("OggS", at)) {
        return little(at + 6).getLong() * 1000 / rate;
      }
    }
    return 0;
  }

  private long movie(int from, int to) {
    for (int at = from; at + 8 <= to; ) {
      long size = big(at).getInt() & 0xFFFFFFFFL;
      if (says("moov", at + 4)) {
        return movie(at + 8, Math.toIntExact(Math.min(to, at + size)));
      }
      if (says("mvhd", at + 4)) {
        boolean wide = data[at + 8] == 1;
        long scale = big(at + (wide ? 28 : 20)).getInt() & 0xFFFFFFFFL;
        long length = wide ? big(at + 32).getLong() : big(at + 24).getInt() & 0xFFFFFFFFL;
        return length * 1000 / scale;
      }
      if (size < 8) {
        return 0;
      }
      at = Math.toIntExact(Math.min(to, at + size));
    }
    return 0;
  }

  private long mpeg() {
    int at = 0;
    if (says("ID3", 0)) {
      at = 10 + ((data[6] & 127) << 21 | (data[7] & 127) << 14 | (data[8] & 127) << 7 | data[9] & 127);
    }
    while (at + 4 <= data.length && !isFrame(at)) {
      at++;
    }
    if (at + 4 > data.length) {
      return 0;
    }
    boolean first = (data[at + 1] & 8) != 0; // MPEG-1; else 2 or 2.5
    int rate = RATES[data[at + 2] >> 2 & 3] >> (first ? 0 : (data[at + 1] & 16) != 0 ? 1 : 2);
    int samples = first ? 1152 : 576;
    boolean mono = (data[at + 3] & 0xC0) == 0xC0;
    int tag = at + 4 + (first ? (mono ? 17 : 32) : (mono ? 9 : 17));
    if ((says("Xing", tag) || says("Info", tag)) && (data[tag + 7] & 1) != 0) {
      return (big(tag + 8).getInt() & 0xFFFFFFFFL) * samples * 1000 / rate;
    }
    int kbps = (first ? KBPS_V1 : KBPS_V2)[data[at + 2] >> 4 & 15];
    return (data.length - at) * 8L / kbps;
  }

  /** A header of layer III: its sync word, and no value that is reserved. */
  private boolean isFrame(int at) {
    return data[at] == -1
        && (data[at + 1] & 0xE6) == 0xE2
        && (data[at + 1] & 0x18) != 0x08
        && (data[at + 2] >> 4 & 15) % 15 != 0
        && (data[at + 2] >> 2 & 3) != 3;
  }
}
