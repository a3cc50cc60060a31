package lab.emulator;

import java.io.ByteArrayOutputStream;

/** Strings as JNI has them: modified UTF-8 (JNI specification, "Modified UTF-8 Strings"). */
final class Text {
  private Text() {}

  static byte[] encode(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != 0 && c < 0x80) {
        out.write(c);
      } else if (c < 0x800) {
        out.write(0xC0 | c >> 6);
        out.write(0x80 | c & 0x3F);
      } else {
        out.write(0xE0 | c >> 12);
        out.write(0x80 | c >> 6 & 0x3F);
        out.write(0x80 | c & 0x3F);
      }
    }
    return out.toByteArray();
  }

  /** Takes ordinary UTF-8 of four bytes as well, as ART does; a byte that belongs to nothing becomes U+FFFD. */
  static String decode(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; ) {
      int first = bytes[i] & 0xFF;
      int more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : -1;
      if (more < 0 || i + more >= bytes.length) {
        out.append('\uFFFD');
        i++;
        continue;
      }
      int value = more == 0 ? first : first & (0x3F >> more);
      for (int k = 1; k <= more; k++) {
        value = value << 6 | bytes[i + k] & 0x3F;
      }
      out.appendCodePoint(Character.isValidCodePoint(value) ? value : 0xFFFD);
      i += more + 1;
    }
    return out.toString();
  }

  /** The name of a native method's function: Java_package_Class_method (JNI specification, "Resolving Native Method Names"). */
  static String symbol(String owner, String name) {
    return "Java_" + mangled(owner) + "_" + mangled(name);
  }

  static String mangled(String name) {
    StringBuilder out = new StringBuilder();
    for (char c : name.toCharArray()) {
      if (c == '.' || c == '/') {
        out.append('_');
      } else if (c == '_') {
        out.append("_1");
      } else if (c == ';') {
        out.append("_2");
      } else if (c == '[') {
        out.append("_3");
      } else if (c < 0x80 && Character.isLetterOrDigit(c)) {
        out.append(c);
      } else {
        out.append(String.format("_0%04x", (int) c));
      }
    }
    return out.toString();
  }
}
