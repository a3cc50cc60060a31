package lab.emulator;

import com.github.unidbg.AndroidEmulator;
import unicorn.ArmConst;

/** Procedure Call Standard for the Arm Architecture (AAPCS32) with floats in core registers, as Android's armeabi ABIs have it. */
final class Arm32Abi extends Abi {
  private static final int REGISTERS = 4;
  private static final int[] NAMES = {
    ArmConst.UC_ARM_REG_R0, ArmConst.UC_ARM_REG_R1, ArmConst.UC_ARM_REG_R2, ArmConst.UC_ARM_REG_R3
  };

  Arm32Abi(AndroidEmulator emulator, Ram ram) {
    super(emulator, ram);
  }

  @Override
  long argument(int index) {
    return index < REGISTERS ? read(NAMES[index]) : ram.readWord(stackPointer() + 4L * (index - REGISTERS));
  }

  private long read(int register) {
    return backend.reg_read(register).intValue() & 0xffffffffL;
  }

  @Override
  Object declared(int index, char type) {
    if (type == 'F') {
      return Float.intBitsToFloat((int) argument(index));
    }
    return variadic(index).next(type);
  }

  @Override
  Values variadic(int fixed) {
    return new Words(fixed) {
      @Override
      long word(int index) {
        return argument(index);
      }
    };
  }

  /** A pointer to the words. They begin on the stack, so that those of 64 bits lie at multiples of eight. */
  @Override
  Values listed(long list) {
    long odd = (list & 4) / 4;
    return new Words((int) odd) {
      @Override
      long word(int index) {
        return ram.readWord(list + 4L * (index - odd));
      }
    };
  }

  private abstract static class Words implements Values {
    private int index;

    Words(int first) {
      index = first;
    }

    abstract long word(int index);

    @Override
    public Object next(char type) {
      if (type != 'J' && type != 'D' && type != 'F') {
        return Values.whole(type, type == 'L' ? word(index++) : (int) word(index++));
      }
      index += index & 1;
      long bits = word(index) | word(index + 1) << 32;
      index += 2;
      double value = Double.longBitsToDouble(bits);
      return type == 'J' ? (Object) bits : type == 'F' ? (Object) (float) value : (Object) value;
    }
  }

  @Override
  void give(char type, Object value) {
    if (type == 'V') {
      return;
    }
    long bits = bits(type, value);
    backend.reg_write(ArmConst.UC_ARM_REG_R0, (int) bits);
    if (type == 'J' || type == 'D') {
      backend.reg_write(ArmConst.UC_ARM_REG_R1, (int) (bits >>> 32));
    }
  }

  @Override
  Object taken(char type, long low) {
    if (type == 'J') {
      return low;
    }
    if (type == 'D') {
      return Double.longBitsToDouble(low);
    }
    if (type == 'F') {
      return Float.intBitsToFloat((int) low);
    }
    return Values.whole(type, type == 'L' ? low & 0xffffffffL : (int) low);
  }

  @Override
  Number passed(char type, Object value) {
    if (type == 'F' || type == 'D' || type == 'J') {
      return (Number) value;
    }
    return (int) bits(type, value);
  }

  @Override
  long stackPointer() {
    return read(ArmConst.UC_ARM_REG_SP);
  }

  @Override
  long programCounter() {
    return read(ArmConst.UC_ARM_REG_PC);
  }
}
