package lab.emulator;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** libjnigraphics: pixels of android.graphics.Bitmap (NDK, android/bitmap.h). A lock copies them out, an unlock back in. */
final class Bitmaps {
  private static final int BAD_PARAMETER = -1;
  private static final int JNI_EXCEPTION = -2;
  private static final Map<String, Integer> FORMATS = Map.of("ARGB_8888", 1, "RGB_565", 4, "ALPHA_8", 8, "RGBA_F16", 9);

  /** Locked bitmaps and where their pixels are. */
  private final Map<Object, Long> locked = new HashMap<>();

  private Bitmaps() {}

  static void addTo(Functions table) {
    Bitmaps bitmaps = new Bitmaps();
    table.java("AndroidBitmap_getInfo", 'I', f -> asked(f, bitmaps::info));
    table.java("AndroidBitmap_lockPixels", 'I', f -> asked(f, bitmaps::lock));
    table.java("AndroidBitmap_unlockPixels", 'I', f -> asked(f, bitmaps::unlock));
  }

  private interface Asked {
    int run(Frame frame, Object bitmap) throws ReflectiveOperationException;
  }

  private static Object asked(Frame f, Asked what) {
    Object bitmap = f.object(1);
    if (bitmap == null || !bitmap.getClass().getName().equals("android.graphics.Bitmap")) {
      return BAD_PARAMETER;
    }
    try {
      return what.run(f, bitmap);
    } catch (ReflectiveOperationException e) {
      return JNI_EXCEPTION;
    }
  }

  private static int number(Object bitmap, String getter) throws ReflectiveOperationException {
    return (Integer) bitmap.getClass().getMethod(getter).invoke(bitmap);
  }

  /** Red and blue change places: a phone's pixels are R, G, B, A, those of the graphics library here B, G, R, A. */
  private static byte[] turned(Object bitmap, byte[] pixels) throws ReflectiveOperationException {
    if (format(bitmap) == FORMATS.get("ARGB_8888")) {
      for (int i = 0; i + 3 < pixels.length; i += 4) {
        byte first = pixels[i];
        pixels[i] = pixels[i + 2];
        pixels[i + 2] = first;
      }
    }
    return pixels;
  }

  private static int format(Object bitmap) throws ReflectiveOperationException {
    return FORMATS.getOrDefault(String.valueOf(bitmap.getClass().getMethod("getConfig").invoke(bitmap)), 0);
  }

  private int info(Frame f, Object bitmap) throws ReflectiveOperationException {
    long out = f.word(2);
    int[] words = {
      number(bitmap, "getWidth"), number(bitmap, "getHeight"), number(bitmap, "getRowBytes"),
      format(bitmap), 0
    };
    for (int i = 0; i < words.length; i++) {
      f.ram.writeInt(out + 4L * i, words[i]);
    }
    return 0;
  }

  private int lock(Frame f, Object bitmap) throws ReflectiveOperationException {
    ByteBuffer pixels = ByteBuffer.allocate(number(bitmap, "getByteCount"));
    bitmap.getClass().getMethod("copyPixelsToBuffer", java.nio.Buffer.class).invoke(bitmap, pixels);
    long block = f.ram.allocate(pixels.capacity());
    f.ram.write(block, turned(bitmap, pixels.array()));
    locked.put(bitmap, block);
    if (f.word(2) != 0) {
      f.ram.writeWord(f.word(2), block);
    }
    return 0;
  }

  private int unlock(Frame f, Object bitmap) throws ReflectiveOperationException {
    Long block = locked.remove(bitmap);
    if (block == null) {
      return BAD_PARAMETER;
    }
    ByteBuffer pixels = ByteBuffer.wrap(turned(bitmap, f.ram.bytes(block, number(bitmap, "getByteCount"))));
    bitmap.getClass().getMethod("copyPixelsFromBuffer", java.nio.Buffer.class).invoke(bitmap, pixels);
    f.ram.release(block);
    return 0;
  }
}
