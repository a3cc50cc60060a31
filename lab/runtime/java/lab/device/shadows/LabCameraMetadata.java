package lab.device.shadows;

import android.hardware.camera2.CameraMetadata;
import android.hardware.camera2.CaptureResult;
import android.hardware.camera2.TotalCaptureResult;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The keys of a table of values: the framework's own code for it takes a field of the instrumentation for one of them. */
@Implements(CameraMetadata.class)
public class LabCameraMetadata {
  @Implementation
  protected <K> ArrayList<K> getKeys(
      Class<?> type, Class<K> keyClass, CameraMetadata<K> instance, int[] filterTags, boolean includeSynthetic) {
    if (filterTags != null) {
      Arrays.sort(filterTags);
    }
    ArrayList<K> keys = new ArrayList<>();
    for (Field field : (type == TotalCaptureResult.class ? CaptureResult.class : type).getDeclaredFields()) {
      if (!keyClass.isAssignableFrom(field.getType()) || !Modifier.isPublic(field.getModifiers())) {
        continue;
      }
      try {
        K key = keyClass.cast(field.get(null));
        if (has(instance, key) && isWanted(key, field, filterTags, includeSynthetic)) {
          keys.add(key);
        }
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
    return keys;
  }

  private static <K> boolean has(CameraMetadata<K> instance, K key) {
    return instance == null
        || ReflectionHelpers.callInstanceMethod(instance, "getProtected", ClassParameter.from(Object.class, key)) != null;
  }

  private static boolean isWanted(Object key, Field field, int[] filterTags, boolean includeSynthetic) {
    return ReflectionHelpers.callStaticMethod(
        CameraMetadata.class,
        "shouldKeyBeAdded",
        ClassParameter.from(Object.class, key),
        ClassParameter.from(Field.class, field),
        ClassParameter.from(int[].class, filterTags),
        ClassParameter.from(boolean.class, includeSynthetic));
  }
}
