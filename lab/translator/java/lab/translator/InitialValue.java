package lab.translator;

import org.jf.dexlib2.iface.value.BooleanEncodedValue;
import org.jf.dexlib2.iface.value.ByteEncodedValue;
import org.jf.dexlib2.iface.value.CharEncodedValue;
import org.jf.dexlib2.iface.value.DoubleEncodedValue;
import org.jf.dexlib2.iface.value.EncodedValue;
import org.jf.dexlib2.iface.value.FloatEncodedValue;
import org.jf.dexlib2.iface.value.IntEncodedValue;
import org.jf.dexlib2.iface.value.LongEncodedValue;
import org.jf.dexlib2.iface.value.ShortEncodedValue;
import org.jf.dexlib2.iface.value.StringEncodedValue;

/** A static field's initial value as the object ASM writes into a ConstantValue attribute. */
final class InitialValue {
    private InitialValue() {
    }

    /** Null where the value is the type's default, or is no constant of that type. */
    static Object of(EncodedValue value, String type) {
        if (type.equals("Ljava/lang/String;")) {
            return value instanceof StringEncodedValue ? ((StringEncodedValue) value).getValue() : null;
        }
        if (value instanceof FloatEncodedValue && type.equals("F")) {
            return ((FloatEncodedValue) value).getValue();
        }
        if (value instanceof DoubleEncodedValue && type.equals("D")) {
            return ((DoubleEncodedValue) value).getValue();
        }
        Long whole = whole(value);
        if (whole == null) {
            return null;
        }
        switch (type) {
            case "J": return whole;
            case "Z": case "B": case "C": case "S": case "I": return (int) (long) whole;
            default: return null;
        }
    }

    private static Long whole(EncodedValue value) {
        if (value instanceof BooleanEncodedValue) {
            return ((BooleanEncodedValue) value).getValue() ? 1L : 0L;
        }
        if (value instanceof ByteEncodedValue) {
            return (long) ((ByteEncodedValue) value).getValue();
        }
        if (value instanceof ShortEncodedValue) {
            return (long) ((ShortEncodedValue) value).getValue();
        }
        if (value instanceof CharEncodedValue) {
            return (long) ((CharEncodedValue) value).getValue();
        }
        if (value instanceof IntEncodedValue) {
            return (long) ((IntEncodedValue) value).getValue();
        }
        return value instanceof LongEncodedValue ? (Long) ((LongEncodedValue) value).getValue() : null;
    }
}
