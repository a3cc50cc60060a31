package lab.emulator;

import com.github.unidbg.AndroidEmulator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import unicorn.Arm64Const;

/** Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), as Android has it. */
final class Arm64Abi extends Abi {
  private static final int REGISTERS = 8;

  Arm64Abi(AndroidEmulator emulator, Ram ram) {
    super(emulator, ram);
  }

  @Override
  long argument(int index) {
    return index < REGISTERS ? general(index) : ram.readLong(stackPointer() + 8L * (index - REGISTERS));
  }

  private long general(int index) {
    return backend.reg_read(Arm64Const.UC_ARM64_REG_X0 + index).longValue();
  }

  private double vector(int index) {
    return ByteBuffer.wrap(backend.reg_read_vector(Arm64Const.UC_ARM64_REG_Q0 + index)).order(ByteOrder.LITTLE_ENDIAN).getDouble();
  }

  @Override
  Object declared(int index, char type) {
    if (type == 'F') {
      return Float.intBitsToFloat((int) Double.doubleToRawLongBits(vector(0)));
    }
    return type == 'D' ? (Object) vector(0) : Values.whole(type, argument(index));
  }

  @Override
  Values variadic(int fixed) {
    return new Values() {
      private int generals = fixed;
      private int vectors;
      private long stack = stackPointer();

      @Override
      public Object next(char type) {
        if (type == 'F' || type == 'D') {
          double value = vectors < REGISTERS ? vector(vectors++) : Double.longBitsToDouble(stacked());
          return type == 'F' ? (Object) (float) value : (Object) value;
        }
        return Values.whole(type, generals < REGISTERS ? general(generals++) : stacked());
      }

      private long stacked() {
        stack += 8;
        return ram.readLong(stack - 8);
      }
    };
  }

  /** struct { void *stack, *gr_top, *vr_top; int gr_offs, vr_offs; } */
  @Override
  Values listed(long list) {
    return new Values() {
      private long stack = ram.readLong(list);
      private final long generalsTop = ram.readLong(list + 8);
      private final long vectorsTop = ram.readLong(list + 16);
      private int generals = ram.readInt(list + 24);
      private int vectors = ram.readInt(list + 28);

      @Override
      public Object next(char type) {
        if (type == 'F' || type == 'D') {
          long bits = vectors < 0 ? ram.readLong(vectorsTop + vectors) : stacked();
          vectors += vectors < 0 ? 16 : 0;
          double value = Double.longBitsToDouble(bits);
          return type == 'F' ? (Object) (float) value : (Object) value;
        }
        long value = generals < 0 ? ram.readLong(generalsTop + generals) : stacked();
        generals += generals < 0 ? 8 : 0;
        return Values.whole(type, value);
      }

      private long stacked() {
        stack += 8;
        return ram.readLong(stack - 8);
      }
    };
  }

  @Override
  void give(char type, Object value) {
    if (type == 'F' || type == 'D') {
      byte[] vector = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(bits(type, value)).array();
      backend.reg_write_vector(Arm64Const.UC_ARM64_REG_Q0, vector);
    } else if (type != 'V') {
      backend.reg_write(Arm64Const.UC_ARM64_REG_X0, bits(type, value));
    }
  }

  @Override
  Object taken(char type, long low) {
    if (type != 'F' && type != 'D') {
      return Values.whole(type, low);
    }
    ByteBuffer result = ByteBuffer.wrap(backend.reg_read_vector(Arm64Const.UC_ARM64_REG_Q0)).order(ByteOrder.LITTLE_ENDIAN);
    return type == 'F' ? (Object) result.getFloat() : (Object) result.getDouble();
  }

  @Override
  Number passed(char type, Object value) {
    return type == 'F' || type == 'D' ? (Number) value : (Number) bits(type, value);
  }

  @Override
  long stackPointer() {
    return backend.reg_read(Arm64Const.UC_ARM64_REG_SP).longValue();
  }

  @Override
  long programCounter() {
    return backend.reg_read(Arm64Const.UC_ARM64_REG_PC).longValue();
  }
}
