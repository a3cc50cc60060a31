package lab.emulator;

/** A JNI function that was entered: its arguments, and what it does with its result. */
final class Frame {
  final Abi abi;
  final Ram ram;
  final References references;

  Frame(Abi abi, Ram ram, References references) {
    this.abi = abi;
    this.ram = ram;
    this.references = references;
  }

  /** Argument 0 is the JNIEnv. */
  long word(int index) {
    return abi.argument(index);
  }

  int number(int index) {
    return (int) abi.argument(index);
  }

  Object object(int index) {
    return references.get(abi.argument(index));
  }

  Class<?> type(int index) {
    return (Class<?>) object(index);
  }

  /** A string of C's, or null. */
  String text(int index) {
    long address = abi.argument(index);
    return address == 0 ? null : Text.decode(ram.terminated(address));
  }

  /** A new local reference. */
  Object local(Object object) {
    return references.local(object);
  }

  /** Writes JNI_FALSE or JNI_TRUE where the caller wants to know whether it got a copy. */
  void copied(int index) {
    long address = abi.argument(index);
    if (address != 0) {
      ram.write(address, new byte[] {1});
    }
  }
}
