package lab.emulator;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The functions of JNI by name, in the order that jni.h gives them. */
final class Functions {
  /** The types of JNI's families of functions, by their letter in a descriptor. */
  static final Map<String, Character> TYPES = new java.util.LinkedHashMap<>();

  private static final String[] FORMS = {"", "V", "A"};
  private static final int RESERVED = 4;

  static {
    String[] names = {"Object", "Boolean", "Byte", "Char", "Short", "Int", "Long", "Float", "Double"};
    for (int i = 0; i < names.length; i++) {
      TYPES.put(names[i], "LZBCSIJFD".charAt(i));
    }
  }

  private final Map<String, Function.Entry> entries = new HashMap<>();

  /** What does not run Java code. */
  void add(String name, char type, Function function) {
    put(name, type, false, function);
  }

  /** What may run Java code: a method, a class's initialiser, an app's class loader. */
  void java(String name, char type, Function function) {
    put(name, type, true, function);
  }

  private void put(String name, char type, boolean runsJava, Function function) {
    if (entries.put(name, new Function.Entry(name, type, runsJava, function)) != null) {
      throw new IllegalStateException(name);
    }
  }

  /** The entry, or null: this function is not there. */
  Function.Entry get(String name) {
    return entries.get(name);
  }

  void each(Consumer<Function.Entry> taken) {
    entries.values().forEach(taken);
  }

  /** The names of JNINativeInterface; null for what is reserved (jni.h). */
  static String[] order() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < RESERVED; i++) {
      out.append("- ");
    }
    out.append("GetVersion DefineClass FindClass FromReflectedMethod FromReflectedField ToReflectedMethod GetSuperclass ");
    out.append("IsAssignableFrom ToReflectedField Throw ThrowNew ExceptionOccurred ExceptionDescribe ExceptionClear FatalError ");
    out.append("PushLocalFrame PopLocalFrame NewGlobalRef DeleteGlobalRef DeleteLocalRef IsSameObject NewLocalRef ");
    out.append("EnsureLocalCapacity AllocObject NewObject NewObjectV NewObjectA GetObjectClass IsInstanceOf GetMethodID ");
    calls(out, "Call");
    calls(out, "CallNonvirtual");
    out.append("GetFieldID ");
    each(out, "Get", "Field");
    each(out, "Set", "Field");
    out.append("GetStaticMethodID ");
    calls(out, "CallStatic");
    out.append("GetStaticFieldID ");
    each(out, "GetStatic", "Field");
    each(out, "SetStatic", "Field");
    out.append("NewString GetStringLength GetStringChars ReleaseStringChars NewStringUTF GetStringUTFLength GetStringUTFChars ");
    out.append("ReleaseStringUTFChars GetArrayLength NewObjectArray GetObjectArrayElement SetObjectArrayElement ");
    arrays(out, "New", "Array");
    arrays(out, "Get", "ArrayElements");
    arrays(out, "Release", "ArrayElements");
    arrays(out, "Get", "ArrayRegion");
    arrays(out, "Set", "ArrayRegion");
    out.append("RegisterNatives UnregisterNatives MonitorEnter MonitorExit GetJavaVM GetStringRegion GetStringUTFRegion ");
    out.append("GetPrimitiveArrayCritical ReleasePrimitiveArrayCritical GetStringCritical ReleaseStringCritical ");
    out.append("NewWeakGlobalRef DeleteWeakGlobalRef ExceptionCheck NewDirectByteBuffer GetDirectBufferAddress ");
    out.append("GetDirectBufferCapacity GetObjectRefType");
    String[] names = out.toString().split(" ");
    for (int i = 0; i < RESERVED; i++) {
      names[i] = null;
    }
    return names;
  }

  private static void calls(StringBuilder out, String prefix) {
    for (String type : TYPES.keySet()) {
      forms(out, prefix + type + "Method");
    }
    forms(out, prefix + "VoidMethod");
  }

  private static void forms(StringBuilder out, String name) {
    for (String form : FORMS) {
      out.append(name).append(form).append(' ');
    }
  }

  private static void each(StringBuilder out, String prefix, String suffix) {
    TYPES.keySet().forEach(type -> out.append(prefix).append(type).append(suffix).append(' '));
  }

  private static void arrays(StringBuilder out, String prefix, String suffix) {
    TYPES.keySet().stream().filter(type -> !type.equals("Object")).forEach(type -> out.append(prefix).append(type).append(suffix).append(' '));
  }
}
