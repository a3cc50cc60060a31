package lab.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** JNI's functions for strings. */
final class Strings {
  private Strings() {}

  static void addTo(Functions table) {
    table.add("NewString", 'L', f -> f.local(read(f, f.word(1), f.number(2))));
    table.add("NewStringUTF", 'L', f -> f.local(f.text(1)));
    table.add("GetStringLength", 'I', f -> string(f).length());
    table.add("GetStringUTFLength", 'I', f -> Text.encode(string(f)).length);
    for (String name : new String[] {"GetStringChars", "GetStringCritical"}) {
      table.add(name, 'L', f -> {
        f.copied(2);
        return block(f, utf16(string(f), 1));
      });
    }
    table.add("GetStringUTFChars", 'L', f -> {
      f.copied(2);
      return block(f, terminated(Text.encode(string(f))));
    });
    for (String name : new String[] {"ReleaseStringChars", "ReleaseStringUTFChars", "ReleaseStringCritical"}) {
      table.add(name, 'V', f -> {
        f.ram.release(f.word(2));
        return null;
      });
    }
    table.add("GetStringRegion", 'V', f -> {
      f.ram.write(f.word(4), utf16(part(f), 0));
      return null;
    });
    table.add("GetStringUTFRegion", 'V', f -> {
      f.ram.write(f.word(4), terminated(Text.encode(part(f))));
      return null;
    });
  }

  private static String string(Frame f) {
    return (String) f.object(1);
  }

  private static String part(Frame f) {
    int from = f.number(2);
    return string(f).substring(from, from + f.number(3));
  }

  private static Long block(Frame f, byte[] content) {
    long block = f.ram.allocate(content.length);
    f.ram.write(block, content);
    return block;
  }

  private static byte[] terminated(byte[] text) {
    return java.util.Arrays.copyOf(text, text.length + 1);
  }

  private static byte[] utf16(String text, int spare) {
    ByteBuffer out = ByteBuffer.allocate((text.length() + spare) * 2).order(ByteOrder.LITTLE_ENDIAN);
    out.asCharBuffer().put(text);
    return out.array();
  }

  private static String read(Frame f, long address, int length) {
    return f.ram.buffer(address, length * 2).asCharBuffer().toString();
  }
}
