package lab.device.media;

import android.location.Location;
import android.os.Build;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.TreeMap;

/** What a phone's camera writes into its pictures (CIPA DC-008, Exif 2.32). */
final class Exif {
  private static final int BYTE = 1;
  private static final int ASCII = 2;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int RATIONAL = 5;
  private static final int UNDEFINED = 7;
  private static final int HEAD = 8;
  private static final int ENTRY = 12;

  /** One directory of tags. */
  private static final class Directory {
    private final TreeMap<Integer, byte[]> values = new TreeMap<>();
    private final TreeMap<Integer, Integer> types = new TreeMap<>();

    void put(int tag, int type, byte[] value) {
      values.put(tag, value);
      types.put(tag, type);
    }

    void text(int tag, String text) {
      put(tag, ASCII, (text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    void number(int tag, int type, int value) {
      put(tag, type, type == SHORT ? new byte[] {(byte) (value >> 8), (byte) value} : ByteBuffer.allocate(4).putInt(value).array());
    }

    int size() {
      int size = 2 + ENTRY * values.size() + 4;
      for (byte[] value : values.values()) {
        size += value.length > 4 ? value.length + value.length % 2 : 0;
      }
      return size;
    }

    /** `at`: where it stands, from the TIFF header on. */
    byte[] write(int at) {
      ByteBuffer out = ByteBuffer.allocate(size());
      int behind = 2 + ENTRY * values.size() + 4;
      out.putShort((short) values.size());
      for (Integer tag : values.keySet()) {
        byte[] value = values.get(tag);
        int type = types.get(tag);
        int each = type == RATIONAL ? 8 : type == LONG ? 4 : type == SHORT ? 2 : 1;
        out.putShort(tag.shortValue()).putShort((short) type).putInt(value.length / each);
        if (value.length > 4) {
          out.putInt(at + behind);
          int here = out.position();
          out.position(behind);
          out.put(value);
          behind += value.length + value.length % 2;
          out.position(here);
        } else {
          out.put(value).position(out.position() + 4 - value.length);
        }
      }
      return out.array();
    }
  }

  private final Directory image = new Directory();
  private final Directory shot = new Directory();
  private final Directory gps = new Directory();

  Exif(String marker, int width, int height) {
    String now = date("yyyy:MM:dd HH:mm:ss", TimeZone.getDefault(), System.currentTimeMillis());
    image.text(0x010F, Build.MANUFACTURER);
    image.text(0x0110, Build.MODEL);
    image.text(0x0132, now);
    shot.put(0x9000, UNDEFINED, "0232".getBytes(StandardCharsets.US_ASCII));
    shot.text(0x9003, now);
    shot.number(0xA002, LONG, width);
    shot.number(0xA003, LONG, height);
    shot.text(0xA420, marker);
  }

  private static String date(String pattern, TimeZone zone, long at) {
    SimpleDateFormat format = new SimpleDateFormat(pattern, Locale.ROOT);
    format.setTimeZone(zone);
    return format.format(new Date(at));
  }

  Exif degrees(int degrees) {
    int[] orientations = {1, 6, 3, 8};
    image.number(0x0112, SHORT, orientations[Math.floorMod(degrees / 90, 4)]);
    return this;
  }

  Exif place(Location place) {
    if (place != null) {
      TimeZone utc = TimeZone.getTimeZone("UTC");
      gps.put(0x0000, BYTE, new byte[] {2, 3, 0, 0});
      gps.text(0x0001, place.getLatitude() < 0 ? "S" : "N");
      gps.put(0x0002, RATIONAL, degreesOf(place.getLatitude()));
      gps.text(0x0003, place.getLongitude() < 0 ? "W" : "E");
      gps.put(0x0004, RATIONAL, degreesOf(place.getLongitude()));
      gps.put(0x0005, BYTE, new byte[] {(byte) (place.getAltitude() < 0 ? 1 : 0)});
      gps.put(0x0006, RATIONAL, rationals(Math.round(Math.abs(place.getAltitude()) * 1000), 1000));
      gps.text(0x001D, date("yyyy:MM:dd", utc, place.getTime()));
    }
    return this;
  }

  private static byte[] degreesOf(double value) {
    double degrees = Math.abs(value);
    double minutes = (degrees - Math.floor(degrees)) * 60;
    long seconds = Math.round((minutes - Math.floor(minutes)) * 60_000);
    return rationals((long) degrees, 1, (long) minutes, 1, seconds, 1000);
  }

  private static byte[] rationals(long... parts) {
    ByteBuffer out = ByteBuffer.allocate(4 * parts.length);
    for (long part : parts) {
      out.putInt((int) part);
    }
    return out.array();
  }

  /** Puts it behind the first marker of `jpeg`. */
  byte[] into(byte[] jpeg) {
    image.number(0x8769, LONG, 0);
    if (!gps.values.isEmpty()) {
      image.number(0x8825, LONG, 0);
    }
    int second = HEAD + image.size();
    image.number(0x8769, LONG, second);
    if (!gps.values.isEmpty()) {
      image.number(0x8825, LONG, second + shot.size());
    }
    ByteArrayOutputStream tiff = new ByteArrayOutputStream();
    tiff.writeBytes(ByteBuffer.allocate(HEAD).put((byte) 'M').put((byte) 'M').putShort((short) 42).putInt(HEAD).array());
    tiff.writeBytes(image.write(HEAD));
    tiff.writeBytes(shot.write(second));
    if (!gps.values.isEmpty()) {
      tiff.writeBytes(gps.write(second + shot.size()));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(0xFF);
    out.write(0xE1);
    int length = 2 + 6 + tiff.size();
    out.write(length >> 8);
    out.write(length);
    out.writeBytes("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(tiff.toByteArray());
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }
}
