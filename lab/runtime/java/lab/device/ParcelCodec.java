package lab.device;

import android.os.BadParcelableException;
import android.os.IBinder;
import android.os.Parcel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lab.device.system.Sender;
import org.robolectric.res.android.NativeObjRegistry;
import org.robolectric.shadows.ShadowParcel;

/**
 * Parcels as the wire has them: PARCEL of docs/lab-protocol.md.
 *
 * <p>Robolectric's parcel is a row of typed items, which Parcel.marshall writes with Java serialization. That takes
 * no binders, and what another app sends must not be read with it. Here an item is a tag and its value; the sizes
 * follow from the value, so that a stranger cannot make items overlap. A binder is an index into `binders`, except that
 * of a pending intent, which outlives its app's processes: its number with the daemon.
 */
public final class ParcelCodec {
  private static final int NULL_TEXT = 0;
  private static final int NULL_BINDER = 1;
  private static final int INT = 2;
  private static final int LONG = 3;
  private static final int FLOAT = 4;
  private static final int DOUBLE = 5;
  private static final int LATIN = 6;
  private static final int WIDE = 7;
  private static final int BYTES = 8;
  private static final int BINDER = 9;
  private static final int NOTHING = 10;
  private static final int SENDER = 11;

  private static final int BINDER_SIZE = 20;

  private static final Class<?> BUFFER;
  private static final Class<?> ITEM;
  private static final NativeObjRegistry<?> REGISTRY;
  private static final Field POINTER;
  private static final Field ITEMS;
  private static final Field SIZE;
  private static final Field ITEM_SIZE;
  private static final Field ITEM_VALUE;
  private static final Constructor<?> NEW_ITEM;
  private static final Method WRITE_ITEM;

  static {
    try {
      BUFFER = Class.forName(ShadowParcel.class.getName() + "$ByteBuffer");
      ITEM = Class.forName(BUFFER.getName() + "$FakeEncodedItem");
      Field registry = open(ShadowParcel.class.getDeclaredField("NATIVE_BYTE_BUFFER_REGISTRY"));
      REGISTRY = (NativeObjRegistry<?>) registry.get(null);
      POINTER = open(Parcel.class.getDeclaredField("mNativePtr"));
      ITEMS = open(BUFFER.getDeclaredField("data"));
      SIZE = open(BUFFER.getDeclaredField("dataSize"));
      ITEM_SIZE = open(ITEM.getDeclaredField("sizeBytes"));
      ITEM_VALUE = open(ITEM.getDeclaredField("value"));
      NEW_ITEM = ITEM.getDeclaredConstructor(int.class, Object.class);
      NEW_ITEM.setAccessible(true);
      WRITE_ITEM = BUFFER.getDeclaredMethod("writeItem", ITEM);
      WRITE_ITEM.setAccessible(true);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A file descriptor, which stays in its process. */
  static final class FileInParcel extends UnsupportedOperationException {
    private static final long serialVersionUID = 1;

    FileInParcel() {
      super("the lab passes no file descriptors from one process to another");
    }
  }

  private ParcelCodec() {}

  private static Field open(Field field) {
    field.setAccessible(true);
    return field;
  }

  private static Object buffer(Parcel parcel) throws ReflectiveOperationException {
    return REGISTRY.getNativeObject(POINTER.getLong(parcel));
  }

  /** The whole parcel, wherever its position is. Throws {@link FileInParcel}. */
  static Map<String, Object> write(Parcel parcel, Binders binders) {
    List<IBinder> objects = new ArrayList<>();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("data", write(parcel, objects));
    if (!objects.isEmpty()) {
      List<Object> named = new ArrayList<>();
      for (IBinder object : objects) {
        named.add(binders.name(object));
      }
      fields.put("binders", named);
    }
    return fields;
  }

  /** The same as text; its binders are added to `objects`. */
  public static String write(Parcel parcel, List<IBinder> objects) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      Object buffer = buffer(parcel);
      Object items = ITEMS.get(buffer);
      int size = SIZE.getInt(buffer);
      DataOutputStream out = new DataOutputStream(bytes);
      for (int at = 0; at < size; ) {
        Object item = Array.get(items, at);
        if (item == null) {
          out.writeByte(NOTHING); // room made with setDataSize: zeros on a phone
          at += 4;
          continue;
        }
        writeItem(out, ITEM_VALUE.get(item), ITEM_SIZE.getInt(item), objects);
        at += ITEM_SIZE.getInt(item);
      }
    } catch (ReflectiveOperationException | IOException e) {
      throw new IllegalStateException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static void writeItem(DataOutputStream out, Object value, int size, List<IBinder> objects) throws IOException {
    if (value == null) {
      out.writeByte(size == BINDER_SIZE ? NULL_BINDER : NULL_TEXT);
    } else if (value instanceof Integer) {
      out.writeByte(INT);
      out.writeInt((Integer) value);
    } else if (value instanceof Long) {
      out.writeByte(LONG);
      out.writeLong((Long) value);
    } else if (value instanceof Float) {
      out.writeByte(FLOAT);
      out.writeFloat((Float) value);
    } else if (value instanceof Double) {
      out.writeByte(DOUBLE);
      out.writeDouble((Double) value);
    } else if (value instanceof String) {
      writeText(out, (String) value);
    } else if (value instanceof byte[]) {
      out.writeByte(BYTES);
      writeLength(out, ((byte[]) value).length);
      out.write((byte[]) value);
    } else if (value instanceof FileMarker) {
      throw new FileInParcel();
    } else if (value instanceof Sender) {
      out.writeByte(SENDER);
      writeLetters(out, ((Sender) value).id);
    } else if (value instanceof IBinder) {
      out.writeByte(BINDER);
      writeLength(out, objects.size());
      objects.add((IBinder) value);
    } else {
      throw new IllegalStateException("a parcel with a " + value.getClass());
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    boolean latin = text.chars().allMatch(c -> c < 256);
    out.writeByte(latin ? LATIN : WIDE);
    writeLength(out, text.length());
    if (latin) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    } else {
      out.writeChars(text);
    }
  }

  private static void writeLetters(DataOutputStream out, String letters) throws IOException {
    writeLength(out, letters.length());
    out.write(letters.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Seven bits at a time, the lowest first. */
  private static void writeLength(DataOutputStream out, int length) throws IOException {
    int left = length;
    while (left >= 128) {
      out.writeByte(left & 127 | 128);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  /** Fills an empty parcel, and puts it to its beginning. Throws BadParcelableException for what is no PARCEL. */
  static void read(Map<String, Object> fields, Parcel parcel, Binders binders) {
    List<IBinder> objects = new ArrayList<>();
    List<?> named = (List<?>) fields.get("binders");
    if (named != null) {
      for (Object one : named) {
        objects.add(binders.object(one));
      }
    }
    read((String) fields.get("data"), parcel, objects);
  }

  public static void read(String data, Parcel parcel, List<IBinder> objects) {
    try {
      byte[] bytes = Base64.getDecoder().decode(data);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      Object buffer = buffer(parcel);
      while (in.available() > 0) {
        readItem(in, buffer, objects);
      }
      parcel.setDataPosition(0);
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BadParcelableException("what another process sent is no parcel: " + e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void readItem(DataInputStream in, Object buffer, List<IBinder> objects)
      throws IOException, ReflectiveOperationException {
    int tag = in.readUnsignedByte();
    switch (tag) {
      case NULL_TEXT:
        add(buffer, 4, null);
        break;
      case NULL_BINDER:
        add(buffer, BINDER_SIZE, null);
        break;
      case INT:
        add(buffer, 4, in.readInt());
        break;
      case LONG:
        add(buffer, 8, in.readLong());
        break;
      case FLOAT:
        add(buffer, 4, in.readFloat());
        break;
      case DOUBLE:
        add(buffer, 8, in.readDouble());
        break;
      case LATIN:
      case WIDE:
        int width = tag == WIDE ? 2 : 1;
        byte[] letters = readBytes(in, (long) readLength(in) * width);
        String text = tag == WIDE ? wide(letters) : new String(letters, StandardCharsets.ISO_8859_1);
        add(buffer, 4 + 2 * (text.length() + 1), text);
        break;
      case BYTES:
        byte[] bytes = readBytes(in, readLength(in));
        add(buffer, bytes.length, bytes);
        break;
      case BINDER:
        add(buffer, BINDER_SIZE, objects.get(readLength(in)));
        break;
      case NOTHING:
        add(buffer, 4, 0);
        break;
      case SENDER:
        String id = new String(readBytes(in, readLength(in)), StandardCharsets.ISO_8859_1);
        add(buffer, BINDER_SIZE, Sender.of(id));
        break;
      default:
        throw new IOException("no item " + tag);
    }
  }

  private static void add(Object buffer, int size, Object value) throws ReflectiveOperationException {
    WRITE_ITEM.invoke(buffer, NEW_ITEM.newInstance((size + 3) / 4 * 4, value));
  }

  /** Char by char: a decoder would take half surrogates for a fault. */
  private static String wide(byte[] letters) {
    return ByteBuffer.wrap(letters).asCharBuffer().toString();
  }

  private static int readLength(DataInputStream in) throws IOException {
    int length = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int part = in.readUnsignedByte();
      length |= (part & 127) << shift;
      if (part < 128) {
        return length;
      }
    }
    throw new IOException("no length");
  }

  private static byte[] readBytes(DataInputStream in, long length) throws IOException {
    if (length < 0 || length > in.available()) {
      throw new IOException("a length of " + length + " beyond the end");
    }
    return in.readNBytes((int) length);
  }
}
