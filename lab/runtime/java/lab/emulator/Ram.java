package lab.emulator;

import com.github.unidbg.Emulator;
import com.github.unidbg.arm.backend.Backend;
import com.github.unidbg.pointer.UnidbgPointer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import unicorn.UnicornConst;

/** The emulated memory: little-endian reads and writes, and blocks for what JNI hands out. */
final class Ram {
  private static final int CHUNK = 1 << 20;
  private static final int SMALLEST = 16;
  private static final int PAGE = 4096;

  private final Emulator<?> emulator;
  private final Backend backend;
  private final int word;
  /** Free blocks by size, a power of two. */
  private final Map<Integer, Deque<Long>> free = new HashMap<>();
  private final Map<Long, Integer> sizes = new HashMap<>();
  private long next;
  private long end;

  Ram(Emulator<?> emulator) {
    this.emulator = emulator;
    this.backend = emulator.getBackend();
    this.word = emulator.getPointerSize();
  }

  byte[] bytes(long address, int count) {
    return count == 0 ? new byte[0] : backend.mem_read(address, count);
  }

  ByteBuffer buffer(long address, int count) {
    return ByteBuffer.wrap(bytes(address, count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  int readInt(long address) {
    return buffer(address, 4).getInt();
  }

  long readLong(long address) {
    return buffer(address, 8).getLong();
  }

  /** A pointer. */
  long readWord(long address) {
    return word == 8 ? readLong(address) : readInt(address) & 0xffffffffL;
  }

  void write(long address, byte[] bytes) {
    if (bytes.length > 0) {
      backend.mem_write(address, bytes);
    }
  }

  void writeInt(long address, int value) {
    write(address, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  void writeLong(long address, long value) {
    write(address, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  void writeWord(long address, long value) {
    if (word == 8) {
      writeLong(address, value);
    } else {
      writeInt(address, (int) value);
    }
  }

  /** Bytes up to a zero, which is not among them. */
  byte[] terminated(long address) {
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    for (long at = address; ; ) {
      int count = (int) (PAGE - (at & (PAGE - 1)));
      for (byte one : bytes(at, count)) {
        if (one == 0) {
          return found.toByteArray();
        }
        found.write(one);
      }
      at += count;
    }
  }

  /** A block of at least `size` bytes, zeroed or not. */
  long allocate(int size) {
    int rounded = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, size - 1)) << 1);
    Deque<Long> blocks = free.computeIfAbsent(rounded, unused -> new ArrayDeque<>());
    Long block = blocks.poll();
    if (block == null) {
      block = fresh(rounded);
      sizes.put(block, rounded);
    }
    return block;
  }

  private long fresh(int size) {
    if (size > CHUNK) {
      return map(size);
    }
    if (end - next < size) {
      next = map(CHUNK);
      end = next + CHUNK;
    }
    long block = next;
    next += size;
    return block;
  }

  private long map(int size) {
    UnidbgPointer mapped = emulator.getMemory().mmap(size, UnicornConst.UC_PROT_READ | UnicornConst.UC_PROT_WRITE);
    return mapped.peer;
  }

  void release(long block) {
    Integer size = sizes.get(block);
    if (size != null) {
      free.get(size).push(block);
    }
  }
}
