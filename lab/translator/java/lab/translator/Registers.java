package lab.translator;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jf.dexlib2.iface.reference.CallSiteReference;
import org.jf.dexlib2.iface.reference.FieldReference;
import org.jf.dexlib2.iface.reference.MethodProtoReference;
import org.jf.dexlib2.iface.reference.MethodReference;
import org.jf.dexlib2.iface.reference.TypeReference;

/**
 * What each register may be read as before each instruction.
 *
 * A Dalvik register has no type of its own: 0 is an int, a float and null at once. A JVM local holds
 * one shape, so each register becomes up to five locals, and this analysis says which of them hold the
 * register's value: the intersection over all paths. Notes carry what the shapes cannot: an array's
 * descriptor, {@code NULL} for the constant 0, and for an object not yet initialised a star with its origin.
 */
final class Registers {
    static final int INT = 1;
    static final int FLOAT = 2;
    static final int REF = 4;
    static final int LONG = 8;
    static final int DOUBLE = 16;
    static final String NULL = "0";
    static final String THIS = "*this";
    /** Registers times instructions: what is kept of each. A list of 4,936 icons, the largest that was met, has 144 million. */
    private static final long MOST_CELLS = 150_000_000;
    /** Registers times arrivals at instructions. */
    private static final long MOST_WORK = 200_000_000;

    final byte[][] shapes;
    final String[][] notes;
    private final Insn[] insns;
    private final int[][] handlers;
    private final BitSet pending = new BitSet();
    private long cells;
    private long work;

    /** @param handlers for each instruction that can throw the indices of its handlers, else null */
    Registers(Insn[] insns, int[][] handlers, byte[] entryShapes, String[] entryNotes) {
        this.insns = insns;
        this.handlers = handlers;
        shapes = new byte[insns.length][];
        notes = new String[insns.length][];
        arrive(0, entryShapes, entryNotes);
        while (!pending.isEmpty()) {
            int index = pending.nextSetBit(0);
            pending.clear(index);
            step(index);
        }
    }

    boolean reached(int index) {
        return shapes[index] != null;
    }

    static int bit(char shape) {
        switch (shape) {
            case 'I': return INT;
            case 'F': return FLOAT;
            case 'A': return REF;
            case 'J': return LONG;
            case 'D': return DOUBLE;
            default: throw new Untranslatable("no shape " + shape);
        }
    }

    /** Whether an array access has the constant null for its array, so that it can only throw. */
    boolean onNull(int index, int register) {
        return NULL.equals(notes[index][register]);
    }

    private void arrive(int index, byte[] newShapes, String[] newNotes) {
        if (index >= insns.length) {
            throw new Untranslatable("code runs off its end");
        }
        work += newShapes.length;
        if (work > MOST_WORK) {
            throw new Untranslatable("too many paths through too many registers");
        }
        if (shapes[index] == null) {
            cells += newShapes.length;
            if (cells > MOST_CELLS) {
                throw new Untranslatable("too many registers in too long a method");
            }
            shapes[index] = newShapes.clone();
            notes[index] = newNotes; // rows are shared, and copied before a change
            pending.set(index);
            return;
        }
        boolean changed = false;
        String[] joined = notes[index];
        for (int r = 0; r < newShapes.length; r++) {
            byte both = (byte) (shapes[index][r] & newShapes[r]);
            String note = join(joined[r], newNotes[r]);
            if (!same(note, joined[r])) {
                joined = joined == notes[index] ? joined.clone() : joined;
                joined[r] = note;
                changed = true;
            }
            if (both != shapes[index][r]) {
                shapes[index][r] = both;
                changed = true;
            }
        }
        notes[index] = joined;
        if (changed) {
            pending.set(index);
        }
    }

    private static boolean same(String one, String other) {
        return one == null ? other == null : one.equals(other);
    }

    private static String join(String one, String other) {
        if (same(one, other) || NULL.equals(other)) {
            return one;
        }
        if (NULL.equals(one)) {
            return other;
        }
        boolean references = isReferenceArray(one) && isReferenceArray(other);
        return references ? "[Ljava/lang/Object;" : null;
    }

    private static boolean isReferenceArray(String note) {
        return note != null && note.startsWith("[") && (note.charAt(1) == 'L' || note.charAt(1) == '[');
    }

    private void step(int index) {
        Insn insn = insns[index];
        if (handlers[index] != null) {
            for (int handler : handlers[index]) {
                arrive(handler, shapes[index], notes[index]);
            }
        }
        boolean throwsAlways = insn.op.kind == Op.Kind.ARRAY_GET && onNull(index, insn.b)
            || insn.op.kind == Op.Kind.ARRAY_PUT && onNull(index, insn.b);
        if (throwsAlways) {
            return;
        }
        byte[] after = shapes[index].clone();
        String[] afterNotes = notes[index].clone();
        apply(index, insn, after, afterNotes);
        if (Arrays.equals(afterNotes, notes[index])) {
            afterNotes = notes[index];
        }
        if (insn.target >= 0) {
            arrive(insn.target, after, afterNotes);
        }
        for (int target : insn.switchTargets) {
            arrive(target, after, afterNotes);
        }
        if (insn.fallsThrough()) {
            arrive(index + 1, after, afterNotes);
        }
    }

    private static void set(byte[] after, String[] afterNotes, int register, int bits, String note) {
        after[register] = (byte) bits;
        afterNotes[register] = note;
        if ((bits & (LONG | DOUBLE)) != 0) {
            after[register + 1] = 0;
            afterNotes[register + 1] = null;
        }
    }

    private static void setTyped(byte[] after, String[] afterNotes, int register, String type) {
        set(after, afterNotes, register, bit(Op.shape(type)), type.startsWith("[") ? type : null);
    }

    private void apply(int index, Insn insn, byte[] after, String[] afterNotes) {
        switch (insn.op.kind) {
            case MOVE:
                set(after, afterNotes, insn.a, shapes[index][insn.b], notes[index][insn.b]);
                break;
            case RESULT:
                setTyped(after, afterNotes, insn.a, resultType(insns[index - 1]));
                break;
            case EXCEPTION: case STRING: case CLASS: case HANDLE: case METHOD_TYPE:
                set(after, afterNotes, insn.a, REF, null);
                break;
            case CONST:
                boolean zero = insn.literal == 0;
                set(after, afterNotes, insn.a, INT | FLOAT | (zero ? REF : 0), zero ? NULL : null);
                break;
            case CONST_WIDE:
                set(after, afterNotes, insn.a, LONG | DOUBLE, null);
                break;
            case CHECK_CAST:
                setTyped(after, afterNotes, insn.a, ((TypeReference) insn.reference).getType());
                break;
            case INSTANCE_OF: case LENGTH: case COMPARE: case UNARY: case BINARY: case LITERAL:
                char shape = insn.op.to == ' ' ? 'I' : insn.op.to;
                set(after, afterNotes, insn.a, bit(shape), null);
                break;
            case NEW:
                set(after, afterNotes, insn.a, REF, "*" + index + ":" + ((TypeReference) insn.reference).getType());
                break;
            case NEW_ARRAY:
                setTyped(after, afterNotes, insn.a, ((TypeReference) insn.reference).getType());
                break;
            case ARRAY_GET:
                setTyped(after, afterNotes, insn.a, elementType(index, insn));
                break;
            case GET: case STATIC_GET:
                setTyped(after, afterNotes, insn.a, ((FieldReference) insn.reference).getType());
                break;
            case INVOKE:
                initialise(index, insn, afterNotes);
                break;
            case UNSUPPORTED:
                throw new Untranslatable("opcode " + insn.opcode.name);
            default:
                break;
        }
    }

    private void initialise(int index, Insn insn, String[] afterNotes) {
        if (!((MethodReference) insn.reference).getName().equals("<init>")) {
            return;
        }
        String origin = notes[index][insn.arguments[0]];
        if (origin != null && origin.startsWith("*")) {
            for (int r = 0; r < afterNotes.length; r++) {
                if (origin.equals(afterNotes[r])) {
                    afterNotes[r] = null;
                }
            }
        }
    }

    /** The element type of the array that an array instruction reads or writes, as far as it can matter. */
    String elementType(int index, Insn insn) {
        String array = notes[index][insn.b];
        boolean known = array != null && array.startsWith("[");
        switch (insn.op.variant) {
            case "": return known && array.equals("[F") || !known && onlyFloat(index, insn) ? "F" : "I";
            case "wide": return known && array.equals("[D") || !known && onlyDouble(index, insn) ? "D" : "J";
            case "object": return known ? array.substring(1) : "Ljava/lang/Object;";
            case "boolean": return "Z";
            case "byte": return "B";
            case "char": return "C";
            default: return "S";
        }
    }

    private boolean onlyFloat(int index, Insn insn) {
        return insn.op.kind == Op.Kind.ARRAY_PUT && (shapes[index][insn.a] & (INT | FLOAT)) == FLOAT;
    }

    private boolean onlyDouble(int index, Insn insn) {
        return insn.op.kind == Op.Kind.ARRAY_PUT && (shapes[index][insn.a] & (LONG | DOUBLE)) == DOUBLE;
    }

    /** The type that a move-result after this instruction takes. */
    static String resultType(Insn insn) {
        switch (insn.op.kind) {
            case INVOKE: return ((MethodReference) insn.reference).getReturnType();
            case POLYMORPHIC: return ((MethodProtoReference) insn.secondReference).getReturnType();
            case CUSTOM: return ((CallSiteReference) insn.reference).getMethodProto().getReturnType();
            case FILLED: return ((TypeReference) insn.reference).getType();
            default: throw new Untranslatable("move-result after " + insn.opcode.name);
        }
    }

    static String descriptor(List<? extends CharSequence> parameters, String returned) {
        return "(" + String.join("", parameters) + ")" + returned;
    }
}
