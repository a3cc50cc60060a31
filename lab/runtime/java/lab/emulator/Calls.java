package lab.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import sun.misc.Unsafe;

/** JNI's functions that call methods, make objects and reach fields. */
final class Calls {
  private final Environment env;
  private final Unsafe unsafe;

  private Calls(Environment env) {
    this.env = env;
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      unsafe = (Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  static void addTo(Functions table, Environment env) {
    Calls calls = new Calls(env);
    for (Map.Entry<String, Character> each : Functions.TYPES.entrySet()) {
      calls.methods(table, each.getKey(), each.getValue());
      calls.fields(table, each.getKey(), each.getValue());
    }
    calls.methods(table, "Void", 'V');
    table.java("AllocObject", 'L', f -> f.local(calls.unsafe.allocateInstance(f.type(1))));
    calls.forms(table, "NewObject", 'L', 3, (f, values) -> {
      Constructor<?> constructor = (Constructor<?>) env.members.get(f.word(2));
      return calls.made(constructor, calls.arguments(constructor, values));
    });
  }

  private interface Called {
    Object run(Frame frame, Values values) throws Throwable;
  }

  /** The three forms of a function: with an ellipsis, a va_list, an array of jvalue. */
  private void forms(Functions table, String name, char type, int fixed, Called called) {
    table.java(name, type, f -> handed(type, called.run(f, f.abi.variadic(fixed))));
    table.java(name + "V", type, f -> handed(type, called.run(f, f.abi.listed(f.word(fixed)))));
    table.java(name + "A", type, f -> handed(type, called.run(f, Values.array(f.ram, f.word(fixed)))));
  }

  private Object handed(char type, Object result) {
    return type == 'L' ? (Object) env.references.local(result) : result;
  }

  private void methods(Functions table, String name, char type) {
    forms(table, "Call" + name + "Method", type, 3, (f, values) -> virtual(present(f.object(1)), env.members.executable(f.word(2)), values));
    forms(table, "CallNonvirtual" + name + "Method", type, 4, (f, values) ->
        special(present(f.object(1)), env.members.executable(f.word(3)), values));
    forms(table, "CallStatic" + name + "Method", type, 3, (f, values) -> {
      Method method = (Method) env.members.get(f.word(2));
      return invoke(method, null, arguments(method, values));
    });
  }

  private Object virtual(Object self, Executable method, Values values) throws Throwable {
    return method instanceof Constructor ? special(self, method, values) : invoke((Method) method, self, arguments(method, values));
  }

  private Object invoke(Method method, Object self, Object[] arguments) throws Throwable {
    try {
      return method.invoke(self, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private Object made(Constructor<?> constructor, Object[] arguments) throws Throwable {
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  /** The very method, whatever the object's class has made of it. */
  private Object special(Object self, Executable method, Values values) throws Throwable {
    Class<?> owner = method.getDeclaringClass();
    Object[] arguments = arguments(method, values);
    if (method instanceof Constructor) {
      throw new Environment.Lacking("a constructor called on an object of AllocObject: " + owner.getName());
    }
    if (Modifier.isPrivate(method.getModifiers())) {
      return invoke((Method) method, self, arguments);
    }
    Object[] all = new Object[arguments.length + 1];
    all[0] = self;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).unreflectSpecial((Method) method, owner).invokeWithArguments(all);
  }

  private Object[] arguments(Executable method, Values values) {
    Class<?>[] types = method.getParameterTypes();
    Object[] found = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      char type = Descriptor.letter(types[i]);
      Object value = values.next(type);
      found[i] = type == 'L' ? env.references.get((Long) value) : value;
    }
    return found;
  }

  private static Object present(Object object) {
    if (object == null) {
      throw new NullPointerException("a method called on null by native code");
    }
    return object;
  }

  private void fields(Functions table, String name, char type) {
    table.java("Get" + name + "Field", type, f -> handed(type, env.members.field(f.word(2)).get(present(f.object(1)))));
    table.java("GetStatic" + name + "Field", type, f -> handed(type, env.members.field(f.word(2)).get(null)));
    table.java("Set" + name + "Field", 'V', f -> set(env.members.field(f.word(2)), present(f.object(1)), value(f, type)));
    table.java("SetStatic" + name + "Field", 'V', f -> set(env.members.field(f.word(2)), null, value(f, type)));
  }

  /** The value is declared, not behind an ellipsis, so that a float is no double. */
  private Object value(Frame f, char type) {
    return type == 'L' ? f.object(3) : f.abi.declared(3, type);
  }

  private Object set(Field field, Object self, Object value) throws IllegalAccessException {
    if (!Modifier.isFinal(field.getModifiers())) {
      field.set(self, value);
      return null;
    }
    // reflection refuses what is final; JNI does not
    Object base = self == null ? unsafe.staticFieldBase(field) : self;
    long offset = self == null ? unsafe.staticFieldOffset(field) : unsafe.objectFieldOffset(field);
    switch (Descriptor.letter(field.getType())) {
      case 'L':
        unsafe.putObject(base, offset, value);
        break;
      case 'Z':
        unsafe.putBoolean(base, offset, (Boolean) value);
        break;
      case 'B':
        unsafe.putByte(base, offset, (Byte) value);
        break;
      case 'C':
        unsafe.putChar(base, offset, (Character) value);
        break;
      case 'S':
        unsafe.putShort(base, offset, (Short) value);
        break;
      case 'I':
        unsafe.putInt(base, offset, (Integer) value);
        break;
      case 'J':
        unsafe.putLong(base, offset, (Long) value);
        break;
      case 'F':
        unsafe.putFloat(base, offset, (Float) value);
        break;
      default:
        unsafe.putDouble(base, offset, (Double) value);
    }
    return null;
  }
}
