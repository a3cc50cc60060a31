package lab.browser;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lengths and colours as CSS writes them (CSS Values 4, CSS Color 4). */
final class Lengths {
  private static final float ROOT = 16;
  private static final Map<String, Integer> NAMED = new HashMap<>();
  private static final String[] NAMES = {
    "black", "000000", "white", "ffffff", "red", "ff0000", "green", "008000", "blue", "0000ff", "gray", "808080",
    "grey", "808080", "silver", "c0c0c0", "maroon", "800000", "navy", "000080", "teal", "008080", "olive", "808000",
    "purple", "800080", "orange", "ffa500", "yellow", "ffff00", "lime", "00ff00", "aqua", "00ffff", "cyan", "00ffff",
    "fuchsia", "ff00ff", "magenta", "ff00ff", "pink", "ffc0cb", "brown", "a52a2a", "gold", "ffd700", "darkgray", "a9a9a9",
    "darkgrey", "a9a9a9", "lightgray", "d3d3d3", "lightgrey", "d3d3d3", "dimgray", "696969", "dimgrey", "696969",
    "whitesmoke", "f5f5f5", "gainsboro", "dcdcdc", "darkblue", "00008b", "darkred", "8b0000", "darkgreen", "006400",
    "lightblue", "add8e6", "skyblue", "87ceeb", "royalblue", "4169e1", "steelblue", "4682b4", "dodgerblue", "1e90ff",
    "crimson", "dc143c", "tomato", "ff6347", "coral", "ff7f50", "indigo", "4b0082", "violet", "ee82ee", "beige", "f5f5dc",
    "ivory", "fffff0", "khaki", "f0e68c", "snow", "fffafa", "aliceblue", "f0f8ff", "ghostwhite", "f8f8ff",
  };

  static {
    for (int i = 0; i < NAMES.length; i += 2) {
      NAMED.put(NAMES[i], 0xff000000 | Integer.parseInt(NAMES[i + 1], 16));
    }
  }

  private Lengths() {}

  /** Pixels, or `otherwise` where the text is no length. `font`: the size that em means; `whole`: that % means. */
  static float pixels(String text, float font, float whole, float otherwise) {
    String word = text.trim().toLowerCase(Locale.ROOT);
    int end = 0;
    while (end < word.length() && (Character.isDigit(word.charAt(end)) || ".+-".indexOf(word.charAt(end)) >= 0)) {
      end++;
    }
    float number;
    try {
      number = Float.parseFloat(word.substring(0, end));
    } catch (NumberFormatException e) {
      return otherwise;
    }
    switch (word.substring(end)) {
      case "px":
        return number;
      case "":
        return number == 0 ? 0 : otherwise;
      case "em":
        return number * font;
      case "rem":
        return number * ROOT;
      case "ex":
      case "ch":
        return number * font / 2;
      case "pt":
        return number * 4 / 3;
      case "pc":
        return number * 16;
      case "in":
        return number * 96;
      case "cm":
        return number * 96 / 2.54f;
      case "mm":
        return number * 96 / 25.4f;
      case "%":
      case "vw":
        return whole < 0 ? otherwise : number * whole / 100;
      default:
        return otherwise;
    }
  }

  /** ARGB of a colour, 0 for transparent, or null where the text is none. */
  static Integer colour(String text) {
    String word = text.trim().toLowerCase(Locale.ROOT);
    if (word.equals("transparent")) {
      return 0;
    }
    if (word.startsWith("#")) {
      return hexadecimal(word.substring(1));
    }
    if (word.startsWith("rgb")) {
      return components(word);
    }
    return NAMED.get(word);
  }

  /** The first colour among the words of a shorthand such as `background`, or null. */
  static Integer colourIn(String shorthand) {
    for (String word : words(shorthand)) {
      Integer found = colour(word);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The words of a value; what stands in brackets is part of its word. */
  static List<String> words(String value) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int depth = 0;
    for (char one : value.toCharArray()) {
      depth += one == '(' ? 1 : one == ')' ? -1 : 0;
      if (Character.isWhitespace(one) && depth <= 0) {
        if (word.length() > 0) {
          words.add(word.toString());
        }
        word.setLength(0);
      } else {
        word.append(one);
      }
    }
    if (word.length() > 0) {
      words.add(word.toString());
    }
    return words;
  }

  private static Integer hexadecimal(String digits) {
    StringBuilder full = new StringBuilder();
    if (digits.length() == 3 || digits.length() == 4) {
      for (char digit : digits.toCharArray()) {
        full.append(digit).append(digit);
      }
    } else {
      full.append(digits);
    }
    try {
      long value = Long.parseLong(full.toString(), 16);
      if (full.length() == 6) {
        return (int) (0xff000000L | value);
      }
      return full.length() == 8 ? (int) ((value & 0xff) << 24 | value >>> 8) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static Integer components(String word) {
    int open = word.indexOf('(');
    int close = word.indexOf(')');
    if (open < 0 || close < open) {
      return null;
    }
    String[] parts = word.substring(open + 1, close).trim().split("[\\s,/]+");
    if (parts.length < 3) {
      return null;
    }
    try {
      int argb = 0;
      for (int i = 0; i < 3; i++) {
        argb = argb << 8 | byteOf(parts[i], 255);
      }
      return argb | (parts.length > 3 ? byteOf(parts[3], 1) : 255) << 24;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static int byteOf(String part, float whole) {
    float share =
        part.endsWith("%")
            ? Float.parseFloat(part.substring(0, part.length() - 1)) / 100
            : Float.parseFloat(part) / whole;
    return Math.round(Math.max(0, Math.min(1, share)) * 255);
  }
}
