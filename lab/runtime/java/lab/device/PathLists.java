package lab.device;

import dalvik.system.BaseDexClassLoader;
import dalvik.system.DexFile;
import java.io.File;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/**
 * `pathList` of class loaders, and `dexElements` in it: where classes are looked for, in order. SDKs that load code and fix
 * themselves while they run read these fields, and put elements of one loader into another's.
 */
public final class PathLists {
  private static final Class<?> LIST = framework("dalvik.system.DexPathList");
  private static final Class<?> ELEMENT = framework("dalvik.system.DexPathList$Element");
  private static final Field PATH_LIST = field(BaseDexClassLoader.class, "pathList");
  private static final Field ELEMENTS = field(LIST, "dexElements");
  private static final Method FIND = find();

  private PathLists() {}

  /** An empty one. */
  public static void create(BaseDexClassLoader loader) {
    Object list = Shadow.newInstanceOf(LIST);
    ReflectionHelpers.setField(list, "definingContext", loader);
    ReflectionHelpers.setField(list, "nativeLibraryDirectories", new ArrayList<File>());
    ReflectionHelpers.setField(list, "systemNativeLibraryDirectories", new ArrayList<File>());
    Class<?> libraries = framework("dalvik.system.DexPathList$NativeLibraryElement");
    ReflectionHelpers.setField(list, "nativeLibraryPathElements", Array.newInstance(libraries, 0));
    set(ELEMENTS, list, Array.newInstance(ELEMENT, 0));
    set(PATH_LIST, loader, list);
  }

  /** The new element, at the end. `dex` null: one in which nothing is found; `file` null: code in memory. */
  public static Object append(BaseDexClassLoader loader, DexFile dex, File file) {
    Object element =
        ReflectionHelpers.callConstructor(ELEMENT, ClassParameter.from(DexFile.class, dex), ClassParameter.from(File.class, file));
    Object[] old = elements(loader);
    Object[] now = Arrays.copyOf(old, old.length + 1);
    now[old.length] = element;
    set(ELEMENTS, get(PATH_LIST, loader), now);
    return element;
  }

  /** As they stand there now, whoever put them there. */
  public static Object[] elements(BaseDexClassLoader loader) {
    Object list = get(PATH_LIST, loader);
    Object[] found = list == null ? null : (Object[]) get(ELEMENTS, list);
    return found == null ? new Object[0] : found;
  }

  /** The class of that name in an element, defined in `loader`; null where it is not there. */
  public static Class<?> find(Object element, String name, BaseDexClassLoader loader, List<Throwable> suppressed) {
    try {
      return element == null ? null : (Class<?>) FIND.invoke(element, name, loader, suppressed);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Error) {
        throw (Error) e.getCause();
      }
      throw new IllegalStateException(name, e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Method find() {
    try {
      Method method = ELEMENT.getDeclaredMethod("findClass", String.class, ClassLoader.class, List.class);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  private static Class<?> framework(String name) {
    try {
      return Class.forName(name, false, PathLists.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static Field field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static Object get(Field field, Object of) {
    try {
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static void set(Field field, Object of, Object value) {
    try {
      field.set(of, value);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
