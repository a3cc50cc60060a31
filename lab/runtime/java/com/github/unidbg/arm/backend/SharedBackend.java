package com.github.unidbg.arm.backend;

import com.github.unidbg.Emulator;
import com.github.unidbg.arm.backend.unicorn.Unicorn;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;

/**
 * Unicorn over memory of this process, so that Java's direct buffers and the emulated code can share it. Here because unidbg's own
 * class, which it extends, is seen in its package only.
 */
public final class SharedBackend extends Unicorn2Backend {
  /** Of the engine in unidbg's own structure: a pointer and eight numbers of 64 bits come before it (unicorn.h, 0.9.8). */
  private static final long ENGINE = 72;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private final NativeLibrary unicorn;
  private final NativeLibrary libc = NativeLibrary.getProcess();
  private final Pointer engine;
  /** Emulated address -> {size, address in this process, 1 where it is to be given back}. */
  private final TreeMap<Long, long[]> regions = new TreeMap<>();

  private SharedBackend(Emulator<?> emulator, boolean wide, String library) throws ReflectiveOperationException {
    super(emulator, wide);
    unicorn = NativeLibrary.getInstance(library);
    Field held = Unicorn2Backend.class.getDeclaredField("unicorn");
    held.setAccessible(true);
    Field handle = Unicorn.class.getDeclaredField("nativeHandle");
    handle.setAccessible(true);
    engine = new Pointer(handle.getLong(held.get(this))).getPointer(ENGINE);
  }

  /** `library`: the path of libunicorn. */
  public static BackendFactory factory(String library) {
    return new Unicorn2Factory(false) {
      @Override
      protected Backend newBackendInternal(Emulator<?> emulator, boolean wide) {
        try {
          return new SharedBackend(emulator, wide, library);
        } catch (ReflectiveOperationException e) {
          throw new BackendException(e);
        }
      }
    };
  }

  @Override
  public void mem_map(long address, long size, int permissions) throws BackendException {
    Function map = libc.getFunction("mmap");
    long own = Pointer.nativeValue(
        (Pointer) map.invoke(Pointer.class, new Object[] {0L, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L}));
    if (own == -1) {
      throw new BackendException("no memory for " + size + " bytes");
    }
    share(address, size, permissions, own);
    regions.get(address)[2] = 1;
  }

  /** Shows memory of this process, whole pages of it, at an emulated address that nothing lies at. */
  public void share(long address, long size, int permissions, long own) {
    int error = unicorn.getFunction("uc_mem_map_ptr").invokeInt(new Object[] {engine, address, size, permissions, own});
    if (error != 0) {
      throw new BackendException("mem_map address=0x" + Long.toHexString(address) + ", size=" + size + ", error=" + error);
    }
    regions.put(address, new long[] {size, own, 0});
  }

  @Override
  public void mem_unmap(long address, long size) throws BackendException {
    super.mem_unmap(address, size);
    long[] region = regions.get(address);
    if (region != null && region[0] == size) { // of a part that goes the rest may still be in use
      regions.remove(address);
      if (region[2] == 1) {
        libc.getFunction("munmap").invokeInt(new Object[] {region[1], size});
      }
    }
  }

  /** Where the code sees an address of this process that was mapped for it, or 0. */
  public long emulated(long own) {
    for (Map.Entry<Long, long[]> region : regions.entrySet()) {
      long[] at = region.getValue();
      if (at[2] == 1 && own >= at[1] && own - at[1] < at[0]) {
        return region.getKey() + own - at[1];
      }
    }
    return 0;
  }

  /** Where in this process `size` bytes at an emulated address lie, or 0 where they do not lie together. */
  public long own(long address, long size) {
    Map.Entry<Long, long[]> region = regions.floorEntry(address);
    return region == null || address - region.getKey() + size > region.getValue()[0] ? 0 : region.getValue()[1] + address - region.getKey();
  }
}
