package lab.device.shadows;

import android.hardware.camera2.impl.CameraMetadataNative;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;

/** Tables of a camera's values, kept as the objects that they are; each is known by the number that stands for its memory. */
@Implements(value = CameraMetadataNative.class, isInAndroidSdk = false)
public class LabCameraMetadataNative {
  private static final Map<Long, Map<String, Object>> TABLES = new ConcurrentHashMap<>();
  private static final AtomicLong LAST = new AtomicLong();
  private static final Map<String, Integer> TAGS = new ConcurrentHashMap<>();

  @RealObject private CameraMetadataNative metadata;

  private static Map<String, Object> table(long number) {
    Map<String, Object> table = TABLES.get(number);
    if (table == null) {
      throw new NullPointerException("Metadata object was already closed");
    }
    return table;
  }

  private static long keep(Map<String, Object> table) {
    long number = LAST.incrementAndGet();
    TABLES.put(number, table);
    return number;
  }

  /** A key's number is whatever comes next: apps do not see it. */
  private static synchronized int tag(String name) {
    return TAGS.computeIfAbsent(name, none -> TAGS.size() + 1);
  }

  /** The numbers of the keys that a table has. */
  public static int[] tags(CameraMetadataNative metadata) {
    return table(metadata.getMetadataPtr()).keySet().stream().mapToInt(LabCameraMetadataNative::tag).toArray();
  }

  @Implementation
  protected static int nativeGetTagFromKey(String name, long vendor) {
    return tag(name);
  }

  @Implementation
  protected static int nativeGetTagFromKeyLocal(long number, String name) {
    return tag(name);
  }

  @Implementation
  protected static long nativeAllocate() {
    return keep(new ConcurrentHashMap<>());
  }

  @Implementation
  protected static long nativeAllocateCopy(long other) {
    return keep(new ConcurrentHashMap<>(table(other)));
  }

  @Implementation
  protected static void nativeClose(long number) {
    TABLES.remove(number);
  }

  @Implementation
  protected static void nativeUpdate(long to, long from) {
    table(to).putAll(table(from));
  }

  @Implementation
  protected static void nativeSwap(long one, long other) {
    Map<String, Object> kept = TABLES.put(one, table(other));
    TABLES.put(other, kept);
  }

  @Implementation
  protected static boolean nativeIsEmpty(long number) {
    return table(number).isEmpty();
  }

  @Implementation
  protected static int nativeGetEntryCount(long number) {
    return table(number).size();
  }

  @Implementation
  protected static int nativeSetupGlobalVendorTagDescriptor() {
    return 0; // there are no vendor's tags
  }

  @Implementation
  protected void updateNativeAllocation() {}

  @Implementation
  protected <T> void set(CameraMetadataNative.Key<T> key, T value) {
    if (value == null) {
      table(metadata.getMetadataPtr()).remove(key.getName());
    } else {
      table(metadata.getMetadataPtr()).put(key.getName(), value);
    }
  }

  @Implementation
  @SuppressWarnings("unchecked")
  protected <T> T get(CameraMetadataNative.Key<T> key) {
    return (T) table(metadata.getMetadataPtr()).get(key.getName());
  }
}
