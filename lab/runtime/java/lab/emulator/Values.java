package lab.emulator;

/** Arguments of a call in C, one after the other. */
interface Values {
  /** The next one as Java boxes it; of type L (a reference) a Long. */
  Object next(char type);

  /** What whole numbers, which come as machine words or as 64 bits, are of a type. */
  static Object whole(char type, long value) {
    switch (type) {
      case 'Z':
        return (value & 0xFF) != 0;
      case 'B':
        return (byte) value;
      case 'C':
        return (char) value;
      case 'S':
        return (short) value;
      case 'I':
        return (int) value;
      default:
        return value;
    }
  }

  /** jvalue[]: eight bytes each; a float, and a reference of 32 bits, in the first four. */
  static Values array(Ram ram, long address) {
    return new Values() {
      private long at = address;

      @Override
      public Object next(char type) {
        at += 8;
        if (type == 'L') {
          return ram.readWord(at - 8);
        }
        long value = ram.readLong(at - 8);
        return type == 'F' ? (Object) Float.intBitsToFloat((int) value) : type == 'D' ? (Object) Double.longBitsToDouble(value)
            : whole(type, value);
      }
    };
  }
}
