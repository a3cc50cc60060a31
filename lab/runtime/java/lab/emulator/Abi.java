package lab.emulator;

import com.github.unidbg.AndroidEmulator;
import com.github.unidbg.arm.backend.Backend;

/** How code for one kind of processor hands over arguments and results. */
abstract class Abi {
  final Backend backend;
  final Ram ram;

  Abi(AndroidEmulator emulator, Ram ram) {
    this.backend = emulator.getBackend();
    this.ram = ram;
  }

  static Abi of(AndroidEmulator emulator, Ram ram) {
    return emulator.is64Bit() ? new Arm64Abi(emulator, ram) : new Arm32Abi(emulator, ram);
  }

  /** The machine word at this place among the arguments of the function that was just entered. */
  abstract long argument(int index);

  /** The argument at this place, no other of its kind before it being a float or of 64 bits. */
  abstract Object declared(int index, char type);

  /** What follows `fixed` arguments where the C declaration has an ellipsis. */
  abstract Values variadic(int fixed);

  /** A va_list. */
  abstract Values listed(long list);

  /** Sets the result of the function that was entered. `value`: as boxed; of a reference the Long. */
  abstract void give(char type, Object value);

  /** The result of a function that has returned; of a reference the Long. `low`: the first result register. */
  abstract Object taken(char type, long low);

  /** An argument of a function to be called, as unidbg takes it. */
  abstract Number passed(char type, Object value);

  abstract long stackPointer();

  abstract long programCounter();

  /** What a register holds of a value; where code asks for another type than the method's, as ART takes it. */
  static long bits(char type, Object value) {
    if (type == 'V') {
      return 0;
    }
    if (value instanceof Boolean) {
      return (Boolean) value ? 1 : 0;
    }
    if (value instanceof Character) {
      return (Character) value;
    }
    Number number = (Number) value;
    if (type == 'F') {
      return Float.floatToRawIntBits(number.floatValue()) & 0xffffffffL;
    }
    return type == 'D' ? Double.doubleToRawLongBits(number.doubleValue()) : number.longValue();
  }
}
