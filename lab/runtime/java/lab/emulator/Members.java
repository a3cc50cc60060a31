package lab.emulator;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** jmethodID and jfieldID: numbers for what reflection has. */
final class Members {
  private static final int STEP = 8;

  private final List<Member> members = new ArrayList<>();
  private final Map<Member, Long> numbers = new HashMap<>();

  long number(Member member) {
    return numbers.computeIfAbsent(
        member,
        unused -> {
          members.add(member);
          return (long) members.size() * STEP;
        });
  }

  Member get(long number) {
    int index = (int) (number / STEP) - 1;
    if (index < 0 || index >= members.size()) {
      throw new IllegalArgumentException("no jmethodID or jfieldID: 0x" + Long.toHexString(number));
    }
    return members.get(index);
  }

  Executable executable(long number) {
    return (Executable) get(number);
  }

  Field field(long number) {
    return (Field) get(number);
  }

  /** GetMethodID, GetStaticMethodID. Throws NoSuchMethodError. */
  static Executable find(Class<?> owner, String name, String descriptor, boolean isStatic) {
    if (name.equals("<init>") && !isStatic) {
      for (Constructor<?> each : owner.getDeclaredConstructors()) {
        if (Descriptor.written(each.getParameterTypes(), void.class).equals(descriptor)) {
          return opened(each);
        }
      }
    } else {
      for (Class<?> at = owner; at != null; at = at.getSuperclass()) {
        Method found = declared(at, name, descriptor, isStatic);
        if (found != null) {
          return opened(found);
        }
      }
      Method found = inherited(owner, name, descriptor, isStatic);
      if (found != null) {
        return opened(found);
      }
    }
    throw new NoSuchMethodError(
        "no " + (isStatic ? "static " : "non-static ") + "method \"L" + owner.getName().replace('.', '/') + ";." + name + descriptor + "\"");
  }

  private static Method declared(Class<?> owner, String name, String descriptor, boolean isStatic) {
    for (Method each : owner.getDeclaredMethods()) {
      if (each.getName().equals(name)
          && Modifier.isStatic(each.getModifiers()) == isStatic
          && Descriptor.written(each.getParameterTypes(), each.getReturnType()).equals(descriptor)) {
        return each;
      }
    }
    return null;
  }

  private static Method inherited(Class<?> owner, String name, String descriptor, boolean isStatic) {
    for (Class<?> at = owner; at != null; at = at.getSuperclass()) {
      for (Class<?> parent : at.getInterfaces()) {
        Method found = declared(parent, name, descriptor, isStatic);
        found = found != null ? found : inherited(parent, name, descriptor, isStatic);
        if (found != null) {
          return found;
        }
      }
    }
    return owner.isInterface() ? declared(Object.class, name, descriptor, isStatic) : null;
  }

  /** GetFieldID, GetStaticFieldID. Throws NoSuchFieldError. */
  static Field findField(Class<?> owner, String name, String type, boolean isStatic) {
    boolean isDescriptor = owner == java.io.FileDescriptor.class && name.equals("descriptor"); // Android's name of it
    Field found = field(owner, isDescriptor ? "fd" : name, type, isStatic);
    if (found == null) {
      throw new NoSuchFieldError(
          "no \"" + type + "\" field \"" + name + "\" in class \"L" + owner.getName().replace('.', '/') + ";\" or its superclasses");
    }
    return opened(found);
  }

  private static Field field(Class<?> owner, String name, String type, boolean isStatic) {
    for (Field each : owner.getDeclaredFields()) {
      if (each.getName().equals(name)
          && Modifier.isStatic(each.getModifiers()) == isStatic
          && Descriptor.written(each.getType()).equals(type)) {
        return each;
      }
    }
    for (Class<?> parent : owner.getInterfaces()) {
      Field found = field(parent, name, type, isStatic);
      if (found != null) {
        return found;
      }
    }
    return owner.getSuperclass() == null ? null : field(owner.getSuperclass(), name, type, isStatic);
  }

  /** JNI asks nobody's leave; what the JRE keeps closed stays so and fails when it is used. */
  private static <T extends AccessibleObject> T opened(T member) {
    member.trySetAccessible();
    return member;
  }
}
