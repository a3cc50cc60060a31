package lab.emulator;

import java.util.ArrayList;
import java.util.List;

/** A method's descriptor, e.g. "(ILjava/lang/String;)V". */
final class Descriptor {
  /** Of each parameter the first letter, L for arrays as well. */
  final char[] parameters;

  final char result;

  private Descriptor(char[] parameters, char result) {
    this.parameters = parameters;
    this.result = result;
  }

  static Descriptor of(String written) {
    List<Character> found = new ArrayList<>();
    int i = 1;
    while (written.charAt(i) != ')') {
      char c = written.charAt(i);
      found.add(c == '[' ? 'L' : c);
      while (written.charAt(i) == '[') {
        i++;
      }
      i = written.charAt(i) == 'L' ? written.indexOf(';', i) + 1 : i + 1;
    }
    char[] parameters = new char[found.size()];
    for (int k = 0; k < parameters.length; k++) {
      parameters[k] = found.get(k);
    }
    char result = written.charAt(i + 1);
    return new Descriptor(parameters, result == '[' ? 'L' : result);
  }

  /** Of a method or constructor as reflection has it. */
  static String written(Class<?>[] parameters, Class<?> result) {
    StringBuilder out = new StringBuilder("(");
    for (Class<?> parameter : parameters) {
      out.append(written(parameter));
    }
    return out.append(')').append(written(result)).toString();
  }

  static String written(Class<?> type) {
    return java.lang.invoke.MethodType.methodType(type).toMethodDescriptorString().substring(2);
  }

  static char letter(Class<?> type) {
    return type.isPrimitive() ? written(type).charAt(0) : 'L';
  }
}
