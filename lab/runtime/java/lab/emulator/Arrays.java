package lab.emulator;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** JNI's functions for arrays. */
final class Arrays {
  private static final int COMMIT = 1;
  private static final int ABORT = 2;

  private Arrays() {}

  static void addTo(Functions table) {
    table.add("GetArrayLength", 'I', f -> Array.getLength(f.object(1)));
    table.java("NewObjectArray", 'L', f -> {
      Object[] made = (Object[]) Array.newInstance(f.type(2), f.number(1));
      java.util.Arrays.fill(made, f.object(3));
      return f.local(made);
    });
    table.add("GetObjectArrayElement", 'L', f -> f.local(((Object[]) f.object(1))[f.number(2)]));
    table.add("SetObjectArrayElement", 'V', f -> {
      ((Object[]) f.object(1))[f.number(2)] = f.object(3);
      return null;
    });
    Map<String, Class<?>> types = new HashMap<>();
    Functions.TYPES.keySet().stream().filter(name -> !name.equals("Object")).forEach(name -> types.put(name, Objects.primitive(name)));
    types.forEach((name, type) -> {
      table.add("New" + name + "Array", 'L', f -> f.local(Array.newInstance(type, f.number(1))));
      table.add("Get" + name + "ArrayElements", 'L', Arrays::elements);
      table.add("Release" + name + "ArrayElements", 'V', Arrays::release);
      table.add("Get" + name + "ArrayRegion", 'V', f -> {
        f.ram.write(f.word(4), packed(f.object(1), f.number(2), f.number(3)));
        return null;
      });
      table.add("Set" + name + "ArrayRegion", 'V', f -> {
        int count = f.number(3);
        check(f.object(1), f.number(2), count);
        unpack(f.ram.bytes(f.word(4), count * size(f.object(1))), f.object(1), f.number(2));
        return null;
      });
    });
    table.add("GetPrimitiveArrayCritical", 'L', Arrays::elements);
    table.add("ReleasePrimitiveArrayCritical", 'V', Arrays::release);
  }

  private static Object elements(Frame f) {
    Object array = f.object(1);
    f.copied(2);
    byte[] content = packed(array, 0, Array.getLength(array));
    long block = f.ram.allocate(content.length);
    f.ram.write(block, content);
    return block;
  }

  private static Object release(Frame f) {
    Object array = f.object(1);
    int mode = f.number(3);
    if (mode != ABORT) {
      unpack(f.ram.bytes(f.word(2), Array.getLength(array) * size(array)), array, 0);
    }
    if (mode != COMMIT) {
      f.ram.release(f.word(2));
    }
    return null;
  }

  private static int size(Object array) {
    switch (Descriptor.letter(array.getClass().getComponentType())) {
      case 'Z':
      case 'B':
        return 1;
      case 'C':
      case 'S':
        return 2;
      case 'I':
      case 'F':
        return 4;
      default:
        return 8;
    }
  }

  private static void check(Object array, int from, int count) {
    if (from < 0 || count < 0 || from > Array.getLength(array) - count) {
      throw new ArrayIndexOutOfBoundsException(
          "offset=" + from + " length=" + count + " array.length=" + Array.getLength(array));
    }
  }

  /** Elements as they lie in memory. */
  private static byte[] packed(Object array, int from, int count) {
    check(array, from, count);
    ByteBuffer out = ByteBuffer.allocate(count * size(array)).order(ByteOrder.LITTLE_ENDIAN);
    switch (Descriptor.letter(array.getClass().getComponentType())) {
      case 'Z':
        for (int i = 0; i < count; i++) {
          out.put((byte) (((boolean[]) array)[from + i] ? 1 : 0));
        }
        break;
      case 'B':
        out.put((byte[]) array, from, count);
        break;
      case 'C':
        out.asCharBuffer().put((char[]) array, from, count);
        break;
      case 'S':
        out.asShortBuffer().put((short[]) array, from, count);
        break;
      case 'I':
        out.asIntBuffer().put((int[]) array, from, count);
        break;
      case 'J':
        out.asLongBuffer().put((long[]) array, from, count);
        break;
      case 'F':
        out.asFloatBuffer().put((float[]) array, from, count);
        break;
      default:
        out.asDoubleBuffer().put((double[]) array, from, count);
    }
    return out.array();
  }

  private static void unpack(byte[] content, Object array, int from) {
    ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int count = content.length / size(array);
    switch (Descriptor.letter(array.getClass().getComponentType())) {
      case 'Z':
        for (int i = 0; i < count; i++) {
          ((boolean[]) array)[from + i] = in.get() != 0;
        }
        break;
      case 'B':
        in.get((byte[]) array, from, count);
        break;
      case 'C':
        in.asCharBuffer().get((char[]) array, from, count);
        break;
      case 'S':
        in.asShortBuffer().get((short[]) array, from, count);
        break;
      case 'I':
        in.asIntBuffer().get((int[]) array, from, count);
        break;
      case 'J':
        in.asLongBuffer().get((long[]) array, from, count);
        break;
      case 'F':
        in.asFloatBuffer().get((float[]) array, from, count);
        break;
      default:
        in.asDoubleBuffer().get((double[]) array, from, count);
    }
  }
}
