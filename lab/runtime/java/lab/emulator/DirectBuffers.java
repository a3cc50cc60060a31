package lab.emulator;

import com.github.unidbg.AndroidEmulator;
import com.github.unidbg.arm.backend.SharedBackend;
import com.github.unidbg.memory.Memory;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.HashMap;
import java.util.Map;
import unicorn.UnicornConst;

/** JNI's functions for buffers outside the heap: one memory for Java and the emulated code. */
final class DirectBuffers {
  private static final long PAGE = 4096;

  private final AndroidEmulator emulator;
  private final SharedBackend backend;
  /** First page of a buffer of Java's and how many there are -> where the code sees them; the buffer is held. */
  private final Map<Long, Seen> seen = new HashMap<>();

  private static final class Seen {
    final Buffer buffer;
    final long size;
    final long address;

    Seen(Buffer buffer, long size, long address) {
      this.buffer = buffer;
      this.size = size;
      this.address = address;
    }
  }

  private DirectBuffers(AndroidEmulator emulator) {
    this.emulator = emulator;
    this.backend = (SharedBackend) emulator.getBackend();
  }

  static void addTo(Functions table, AndroidEmulator emulator) {
    DirectBuffers buffers = new DirectBuffers(emulator);
    table.add("NewDirectByteBuffer", 'L', f -> f.local(buffers.made(f.word(1), (Long) f.abi.declared(2, 'J'))));
    table.add("GetDirectBufferAddress", 'L', f -> buffers.address((Buffer) f.object(1)));
    table.add("GetDirectBufferCapacity", 'J', f -> {
      Buffer buffer = (Buffer) f.object(1);
      return buffer != null && buffer.isDirect() ? (long) buffer.capacity() : -1L;
    });
  }

  /** Over memory of the code's own. */
  private ByteBuffer made(long address, long capacity) throws ReflectiveOperationException {
    long own = capacity < 0 || capacity > Integer.MAX_VALUE ? 0 : backend.own(address, capacity);
    if (own == 0) {
      throw new Environment.Lacking("NewDirectByteBuffer over memory that does not lie together");
    }
    Constructor<?> constructor = Class.forName("java.nio.DirectByteBuffer").getDeclaredConstructor(long.class, int.class);
    constructor.setAccessible(true);
    return (ByteBuffer) constructor.newInstance(own, (int) capacity);
  }

  private static int width(Buffer buffer) {
    if (buffer instanceof ByteBuffer) {
      return 1;
    }
    if (buffer instanceof ShortBuffer || buffer instanceof CharBuffer) {
      return 2;
    }
    return buffer instanceof IntBuffer || buffer instanceof FloatBuffer ? 4 : 8;
  }

  private Long address(Buffer buffer) throws ReflectiveOperationException {
    if (buffer == null || !buffer.isDirect()) {
      return 0L;
    }
    Field field = Buffer.class.getDeclaredField("address");
    field.setAccessible(true);
    long own = field.getLong(buffer);
    long first = own & -PAGE;
    long size = (own + Math.max(1, (long) buffer.capacity() * width(buffer)) - first + PAGE - 1) & -PAGE;
    long theirs = backend.emulated(own);
    if (theirs != 0) {
      return theirs;
    }
    Seen before = seen.get(first);
    if (before == null || before.size < size) {
      Memory memory = emulator.getMemory();
      long address = memory.mmap((int) size, UnicornConst.UC_PROT_READ | UnicornConst.UC_PROT_WRITE).peer;
      backend.mem_unmap(address, size);
      backend.share(address, size, UnicornConst.UC_PROT_READ | UnicornConst.UC_PROT_WRITE, first);
      before = new Seen(buffer, size, address);
      seen.put(first, before);
    }
    return before.address + own - first;
  }
}
