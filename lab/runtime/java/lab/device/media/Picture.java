package lab.device.media;

import android.graphics.Bitmap;
import android.location.Location;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a camera sees: the profile's marker as a pattern of {@link #COLUMNS} by {@link #ROWS} fields, one for each of its
 * bits, light for 1. The first pixels' luma is besides the marker itself, in ASCII, so that frames are known by their
 * bytes; of a JPEG that is Exif's ImageUniqueID.
 */
public final class Picture {
  static final int COLUMNS = 16;
  static final int ROWS = 8;
  private static final int LIGHT = 200;
  private static final int DARK = 55;
  private static final int HEX = 16;

  private static final Map<String, Picture> MADE = new ConcurrentHashMap<>();

  public final int width;
  public final int height;
  private final CameraFacts camera;
  private final byte[] luma;

  private Picture(CameraFacts camera, int width, int height) {
    this.camera = camera;
    this.width = width;
    this.height = height;
    luma = new byte[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int bit = y * ROWS / height * COLUMNS + x * COLUMNS / width;
        int digit = Character.digit(camera.marker.charAt(bit / 4), HEX);
        luma[y * width + x] = (byte) ((digit >> (3 - bit % 4) & 1) == 1 ? LIGHT : DARK);
      }
    }
    byte[] marker = camera.marker.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(marker, 0, luma, 0, Math.min(marker.length, width));
  }

  /** It is the same at all times, so it is made once for each size. */
  public static Picture of(CameraFacts camera, int width, int height) {
    return MADE.computeIfAbsent(camera.id + ":" + width + "x" + height, key -> new Picture(camera, width, height));
  }

  /** The luma of all pixels, row by row. Not to be written to. */
  byte[] luma() {
    return luma;
  }

  /** All of its pixels have the same: blue, then red difference. */
  byte[] chroma() {
    return new byte[] {(byte) (camera.front ? 140 : 110), (byte) (camera.front ? 115 : 140)};
  }

  /** ImageFormat.NV21: luma, then red and blue difference by turns; or YV12, all of the red and then all of the blue. */
  public byte[] frame(boolean nv21) {
    byte[] frame = Arrays.copyOf(luma, luma.length * 3 / 2);
    byte[] blueAndRed = chroma();
    for (int i = luma.length; i < frame.length; i++) {
      boolean red = nv21 ? (i - luma.length) % 2 == 0 : i - luma.length < luma.length / 4;
      frame[i] = blueAndRed[red ? 1 : 0];
    }
    return frame;
  }

  public Bitmap bitmap() {
    int blue = (chroma()[0] & 255) - 128;
    int red = (chroma()[1] & 255) - 128;
    int[] pixels = new int[luma.length];
    for (int i = 0; i < pixels.length; i++) {
      int y = luma[i] & 255;
      int r = clamp(y + 1402 * red / 1000); // ITU-T T.871
      int g = clamp(y - (344 * blue + 714 * red) / 1000);
      int b = clamp(y + 1772 * blue / 1000);
      pixels[i] = 255 << 24 | r << 16 | g << 8 | b;
    }
    return Bitmap.createBitmap(pixels, width, height, Bitmap.Config.ARGB_8888);
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }

  /** `place`: where the app says that it was taken, or null. `degrees`: the rotation that it asks for. */
  public byte[] jpeg(int quality, int degrees, Location place) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Bitmap bitmap = bitmap();
    bitmap.compress(Bitmap.CompressFormat.JPEG, quality, out);
    bitmap.recycle();
    return new Exif(camera.marker, width, height).degrees(degrees).place(place).into(out.toByteArray());
  }
}
