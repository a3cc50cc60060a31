package lab.device;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * inotify(7), as the JDK reaches it for its own WatchService, which leaves out most of what inotify tells: that a file that was
 * written is closed, above all.
 */
public final class Inotify {
  /** Told of each event. `name`: the file's in the folder that is watched; null where the event is the watched file's own. */
  public interface Listener {
    void event(int watch, int mask, String name);
  }

  private static final int HEADER = 16; // struct inotify_event: wd, mask, cookie, len, each of four bytes; then the name
  private static final int ROOM = 8192;
  private static final Class<?> SERVICE = named("sun.nio.fs.LinuxWatchService");
  private static final Class<?> DISPATCHER = named("sun.nio.fs.UnixNativeDispatcher");

  private Inotify() {}

  /** A descriptor, or -1 where this host has no inotify. */
  public static int open() {
    if (SERVICE == null) {
      Unimplemented.tell("android.os.FileObserver.startWatching");
      return -1;
    }
    Object opened = call(SERVICE, "inotifyInit", new Class<?>[0]);
    return opened == null ? -1 : (int) opened;
  }

  /** The watch's number, or -1 where the path cannot be watched. */
  public static int add(int descriptor, String path, int mask) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    ByteBuffer text = ByteBuffer.allocateDirect(bytes.length + 1);
    text.put(bytes).put((byte) 0);
    Class<?>[] types = {int.class, long.class, int.class};
    Object watch = call(SERVICE, "inotifyAddWatch", types, descriptor, address(text), mask);
    return watch == null ? -1 : (int) watch;
  }

  public static void remove(int descriptor, int watch) {
    call(SERVICE, "inotifyRmWatch", new Class<?>[] {int.class, int.class}, descriptor, watch);
  }

  /** Waits for events and passes them on, for ever. */
  public static void read(int descriptor, Listener listener) {
    ByteBuffer room = ByteBuffer.allocateDirect(ROOM).order(ByteOrder.nativeOrder());
    Class<?>[] types = {int.class, long.class, int.class};
    while (true) {
      Object got = call(DISPATCHER, "read", types, descriptor, address(room), ROOM);
      if (got == null || (int) got < HEADER) {
        return;
      }
      for (int at = 0; at + HEADER <= (int) got; ) {
        int length = room.getInt(at + 12);
        listener.event(room.getInt(at), room.getInt(at + 4), length == 0 ? null : name(room, at + HEADER, length));
        at += HEADER + length;
      }
    }
  }

  private static String name(ByteBuffer room, int at, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = room.get(at + i);
    }
    int end = 0;
    while (end < length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private static long address(ByteBuffer buffer) {
    try {
      Field address = Buffer.class.getDeclaredField("address");
      address.setAccessible(true);
      return address.getLong(buffer);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** Null where the system refused. */
  private static Object call(Class<?> owner, String name, Class<?>[] types, Object... arguments) {
    try {
      Method method = owner.getDeclaredMethod(name, types);
      method.setAccessible(true);
      return method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }
}
