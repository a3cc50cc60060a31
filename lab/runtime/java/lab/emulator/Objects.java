package lab.emulator;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.util.function.Supplier;

/** JNI's functions for classes, objects, references and exceptions. */
final class Objects {
  private static final int VERSION_1_6 = 0x10006;

  private Objects() {}

  /** `caller`: the loader of whose code runs. */
  static void addTo(Functions table, Environment env, Supplier<ClassLoader> caller) {
    table.add("GetVersion", 'I', f -> VERSION_1_6);
    table.add("DefineClass", 'L', f -> {
      throw new Environment.Lacking("DefineClass"); // ART has none either
    });
    table.java("FindClass", 'L', f -> f.local(find(f.text(1), caller.get())));
    table.java("GetSuperclass", 'L', f -> f.local(f.type(1).isInterface() ? null : f.type(1).getSuperclass()));
    table.add("IsAssignableFrom", 'Z', f -> f.type(2).isAssignableFrom(f.type(1)));
    table.add("GetObjectClass", 'L', f -> f.local(f.object(1).getClass()));
    table.add("IsInstanceOf", 'Z', f -> f.object(1) == null || f.type(2).isInstance(f.object(1)));
    table.add("IsSameObject", 'Z', f -> f.object(1) == f.object(2));
    reflection(table, env);
    references(table);
    exceptions(table, env);
  }

  private static void reflection(Functions table, Environment env) {
    table.java("GetMethodID", 'J', f -> env.members.number(Members.find(f.type(1), f.text(2), f.text(3), false)));
    table.java("GetStaticMethodID", 'J', f -> env.members.number(Members.find(f.type(1), f.text(2), f.text(3), true)));
    table.java("GetFieldID", 'J', f -> env.members.number(Members.findField(f.type(1), f.text(2), f.text(3), false)));
    table.java("GetStaticFieldID", 'J', f -> env.members.number(Members.findField(f.type(1), f.text(2), f.text(3), true)));
    table.add("FromReflectedMethod", 'J', f -> env.members.number((Executable) f.object(1)));
    table.add("FromReflectedField", 'J', f -> env.members.number((Field) f.object(1)));
    table.add("ToReflectedMethod", 'L', f -> f.local(env.members.get(f.word(2))));
    table.add("ToReflectedField", 'L', f -> f.local(env.members.get(f.word(2))));
  }

  private static void references(Functions table) {
    table.add("PushLocalFrame", 'I', f -> {
      f.references.push();
      return 0;
    });
    table.add("PopLocalFrame", 'L', f -> {
      Object kept = f.object(1);
      f.references.pop();
      return f.local(kept);
    });
    table.add("NewGlobalRef", 'L', f -> f.references.global(f.object(1)));
    table.add("NewWeakGlobalRef", 'L', f -> f.references.weak(f.object(1)));
    table.add("NewLocalRef", 'L', f -> f.local(f.object(1)));
    for (String name : new String[] {"DeleteGlobalRef", "DeleteLocalRef", "DeleteWeakGlobalRef"}) {
      table.add(name, 'V', f -> {
        f.references.delete(f.word(1));
        return null;
      });
    }
    table.add("EnsureLocalCapacity", 'I', f -> 0);
    table.add("GetObjectRefType", 'I', f -> f.references.kind(f.word(1)));
    // native code and what it calls run one at a time, so no other code of its kind can come between
    table.add("MonitorEnter", 'I', f -> 0);
    table.add("MonitorExit", 'I', f -> 0);
  }

  private static void exceptions(Functions table, Environment env) {
    table.add("Throw", 'I', f -> {
      env.pending = (Throwable) f.object(1);
      return 0;
    });
    table.java("ThrowNew", 'I', f -> {
      Class<?> type = f.type(1);
      String text = f.text(2);
      Executable made = Members.find(type, "<init>", text == null ? "()V" : "(Ljava/lang/String;)V", false);
      Object[] arguments = text == null ? new Object[0] : new Object[] {text};
      env.pending = (Throwable) ((Constructor<?>) made).newInstance(arguments);
      return 0;
    });
    table.add("ExceptionOccurred", 'L', f -> f.local(env.pending));
    table.add("ExceptionCheck", 'Z', f -> env.pending != null);
    table.add("ExceptionClear", 'V', f -> {
      env.pending = null;
      return null;
    });
    table.java("ExceptionDescribe", 'V', f -> {
      env.describe();
      return null;
    });
    table.java("FatalError", 'V', f -> {
      env.around.ended(Crash.SIGABRT, 0, "JNI FatalError called: " + f.text(1));
      return null;
    });
  }

  /** "java/lang/String", "[I", "[Ljava/lang/String;". */
  private static Class<?> find(String name, ClassLoader loader) {
    try {
      return Class.forName(name.replace('/', '.'), false, loader);
    } catch (ClassNotFoundException e) {
      NoClassDefFoundError error = new NoClassDefFoundError(name);
      error.initCause(e);
      throw error;
    }
  }

  /** The type that a family of JNI's functions is for. */
  static Class<?> primitive(String type) {
    switch (type) {
      case "Boolean":
        return boolean.class;
      case "Byte":
        return byte.class;
      case "Char":
        return char.class;
      case "Short":
        return short.class;
      case "Int":
        return int.class;
      case "Long":
        return long.class;
      case "Float":
        return float.class;
      default:
        return double.class;
    }
  }
}
