package lab.translator;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jf.dexlib2.Opcode;
import org.objectweb.asm.Opcodes;

/**
 * What a Dalvik opcode does, in the terms the translator works with. Value shapes: I int-like, F float,
 * A reference, J long, D double. Read from the opcode's own name, which follows a strict pattern
 * ("add-long/2addr", "aput-boolean"); source.android.com, "Dalvik bytecode format".
 */
final class Op {
    enum Kind {
        NOP, MOVE, RESULT, EXCEPTION, RETURN, CONST, CONST_WIDE, STRING, CLASS, MONITOR_ENTER, MONITOR_EXIT, CHECK_CAST,
        INSTANCE_OF, LENGTH, NEW, NEW_ARRAY, FILLED, FILL, THROW, GOTO, SWITCH, COMPARE, IF, IF_ZERO, ARRAY_GET, ARRAY_PUT,
        GET, PUT, STATIC_GET, STATIC_PUT, INVOKE, UNARY, BINARY, LITERAL, POLYMORPHIC, CUSTOM, HANDLE, METHOD_TYPE, PAYLOAD,
        UNSUPPORTED
    }

    final Kind kind;
    /** The JVM instruction where there is a single one, else 0. */
    final int jvm;
    final char to;
    final char left;
    final char right;
    /** The part of the name after the last "-" (boolean, byte, wide, ...) for array and field access. */
    final String variant;
    final boolean twoAddress;

    private static final Map<Opcode, Op> TABLE = new EnumMap<>(Opcode.class);

    static {
        for (Opcode opcode : Opcode.values()) {
            TABLE.put(opcode, read(opcode.name.toLowerCase(Locale.ROOT)));
        }
    }

    private Op(Kind kind, int jvm, char to, char left, char right, String variant, boolean twoAddress) {
        this.kind = kind;
        this.jvm = jvm;
        this.to = to;
        this.left = left;
        this.right = right;
        this.variant = variant;
        this.twoAddress = twoAddress;
    }

    static Op of(Opcode opcode) {
        return TABLE.get(opcode);
    }

    private static Op simple(Kind kind) {
        return new Op(kind, 0, ' ', ' ', ' ', "", false);
    }

    private static Op variant(Kind kind, String variant) {
        return new Op(kind, 0, ' ', ' ', ' ', variant, false);
    }

    private static Op read(String name) {
        String stem = name.contains("/") ? name.substring(0, name.indexOf('/')) : name;
        String suffix = name.contains("/") ? name.substring(name.indexOf('/') + 1) : "";
        if (stem.endsWith("-quick") || stem.endsWith("-volatile") || stem.endsWith("-barrier")) {
            return simple(Kind.UNSUPPORTED); // odex only; never in an APK
        }
        switch (stem) {
            case "nop": return simple(Kind.NOP);
            case "move": case "move-wide": case "move-object": return simple(Kind.MOVE);
            case "move-result": case "move-result-wide": case "move-result-object": return simple(Kind.RESULT);
            case "move-exception": return simple(Kind.EXCEPTION);
            case "return-void": case "return": case "return-wide": case "return-object": return simple(Kind.RETURN);
            case "const": return simple(Kind.CONST);
            case "const-wide": return simple(Kind.CONST_WIDE);
            case "const-string": return simple(Kind.STRING);
            case "const-class": return simple(Kind.CLASS);
            case "const-method-handle": return simple(Kind.HANDLE);
            case "const-method-type": return simple(Kind.METHOD_TYPE);
            case "monitor-enter": return simple(Kind.MONITOR_ENTER);
            case "monitor-exit": return simple(Kind.MONITOR_EXIT);
            case "check-cast": return simple(Kind.CHECK_CAST);
            case "instance-of": return simple(Kind.INSTANCE_OF);
            case "array-length": return simple(Kind.LENGTH);
            case "new-instance": return simple(Kind.NEW);
            case "new-array": return simple(Kind.NEW_ARRAY);
            case "filled-new-array": return simple(Kind.FILLED);
            case "fill-array-data": return simple(Kind.FILL);
            case "throw": return simple(Kind.THROW);
            case "goto": return simple(Kind.GOTO);
            case "packed-switch": case "sparse-switch": return simple(Kind.SWITCH);
            case "packed-switch-payload": case "sparse-switch-payload": case "array-payload": return simple(Kind.PAYLOAD);
            case "cmpl-float": return new Op(Kind.COMPARE, Opcodes.FCMPL, 'I', 'F', 'F', "", false);
            case "cmpg-float": return new Op(Kind.COMPARE, Opcodes.FCMPG, 'I', 'F', 'F', "", false);
            case "cmpl-double": return new Op(Kind.COMPARE, Opcodes.DCMPL, 'I', 'D', 'D', "", false);
            case "cmpg-double": return new Op(Kind.COMPARE, Opcodes.DCMPG, 'I', 'D', 'D', "", false);
            case "cmp-long": return new Op(Kind.COMPARE, Opcodes.LCMP, 'I', 'J', 'J', "", false);
            case "invoke-virtual": case "invoke-super": case "invoke-direct": case "invoke-static": case "invoke-interface":
                return variant(Kind.INVOKE, stem.substring(7));
            case "invoke-polymorphic": return simple(Kind.POLYMORPHIC);
            case "invoke-custom": return simple(Kind.CUSTOM);
            default: return readPattern(stem, suffix);
        }
    }

    private static Op readPattern(String stem, String suffix) {
        String[] part = stem.split("-");
        if (part[0].equals("if")) {
            boolean zero = part[1].endsWith("z");
            String relation = part[1].substring(0, 2);
            int jvm = Opcodes.IFEQ + java.util.Arrays.asList("eq", "ne", "lt", "ge", "gt", "le").indexOf(relation);
            return new Op(zero ? Kind.IF_ZERO : Kind.IF, jvm, ' ', 'I', 'I', relation, false);
        }
        String tail = part.length > 1 ? part[1] : "";
        switch (part[0]) {
            case "aget": return variant(Kind.ARRAY_GET, tail);
            case "aput": return variant(Kind.ARRAY_PUT, tail);
            case "iget": return variant(Kind.GET, tail);
            case "iput": return variant(Kind.PUT, tail);
            case "sget": return variant(Kind.STATIC_GET, tail);
            case "sput": return variant(Kind.STATIC_PUT, tail);
            default:
        }
        if (part.length == 3 && part[1].equals("to")) {
            return conversion(part[0], part[2]);
        }
        if (part[0].equals("neg") || part[0].equals("not")) {
            char shape = shape(tail);
            int jvm = part[0].equals("neg") ? Opcodes.INEG + "IJFD".indexOf(shape) : 0;
            return new Op(Kind.UNARY, jvm, shape, shape, ' ', "", false);
        }
        int arithmetic = java.util.Arrays.asList(
            "add", "sub", "mul", "div", "rem", "", "shl", "shr", "ushr", "and", "or", "xor").indexOf(part[0]);
        boolean reverse = part[0].equals("rsub");
        if (part.length != 2 || arithmetic < 0 && !reverse) {
            return simple(Kind.UNSUPPORTED);
        }
        char shape = shape(tail);
        int column = "IJFD".indexOf(shape);
        // The JVM orders IADD LADD FADD DADD, ISUB ..., and ISHL LSHL ISHR LSHR ... IXOR LXOR.
        int jvm = reverse ? Opcodes.ISUB
            : arithmetic < 5 ? Opcodes.IADD + 4 * arithmetic + column : Opcodes.ISHL + 2 * (arithmetic - 6) + column;
        char right = arithmetic >= 6 && arithmetic <= 8 ? 'I' : shape;
        if (suffix.startsWith("lit") || reverse) {
            return new Op(Kind.LITERAL, jvm, 'I', 'I', 'I', reverse ? "reverse" : "", false);
        }
        return new Op(Kind.BINARY, jvm, shape, shape, right, "", suffix.equals("2addr"));
    }

    private static Op conversion(String from, String to) {
        char left = shape(from);
        char right = shape(to);
        int jvm;
        switch (to) {
            case "byte": jvm = Opcodes.I2B; break;
            case "char": jvm = Opcodes.I2C; break;
            case "short": jvm = Opcodes.I2S; break;
            default:
                // I2L I2F I2D, L2I L2F L2D, F2I F2L F2D, D2I D2L D2F
                int row = "IJFD".indexOf(left);
                int column = "IJFD".indexOf(right);
                jvm = Opcodes.I2L + 3 * row + (column > row ? column - 1 : column);
        }
        return new Op(Kind.UNARY, jvm, right, left, ' ', "", false);
    }

    /** The shape of a type's name ("long") or descriptor ("J"). */
    static char shape(String type) {
        switch (type) {
            case "long": case "J": return 'J';
            case "double": case "D": return 'D';
            case "float": case "F": return 'F';
            case "V": return 'V';
            default: return type.startsWith("L") || type.startsWith("[") ? 'A' : 'I';
        }
    }
}
