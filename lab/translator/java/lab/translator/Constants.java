package lab.translator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jf.dexlib2.MethodHandleType;
import org.jf.dexlib2.iface.instruction.formats.ArrayPayload;
import org.jf.dexlib2.iface.reference.FieldReference;
import org.jf.dexlib2.iface.reference.MethodHandleReference;
import org.jf.dexlib2.iface.reference.MethodProtoReference;
import org.jf.dexlib2.iface.reference.MethodReference;
import org.jf.dexlib2.iface.value.DoubleEncodedValue;
import org.jf.dexlib2.iface.value.EncodedValue;
import org.jf.dexlib2.iface.value.FloatEncodedValue;
import org.jf.dexlib2.iface.value.IntEncodedValue;
import org.jf.dexlib2.iface.value.LongEncodedValue;
import org.jf.dexlib2.iface.value.MethodHandleEncodedValue;
import org.jf.dexlib2.iface.value.MethodTypeEncodedValue;
import org.jf.dexlib2.iface.value.StringEncodedValue;
import org.jf.dexlib2.iface.value.TypeEncodedValue;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Constants that do not fit one JVM instruction: long strings, array contents, method handles. */
final class Constants {
    /** Above this many elements an array's content goes into strings, which take 1 or 2 bytes for each of its bytes. */
    private static final int INLINE_ELEMENTS = 24;
    private static final int BYTES_IN_STRING = 32760;
    private static final int CHARS_IN_STRING = 21840;

    private Constants() {
    }

    static void push(MethodVisitor out, int value) {
        if (value >= -1 && value <= 5) {
            out.visitInsn(Opcodes.ICONST_0 + value);
        } else if (value == (byte) value) {
            out.visitIntInsn(Opcodes.BIPUSH, value);
        } else if (value == (short) value) {
            out.visitIntInsn(Opcodes.SIPUSH, value);
        } else {
            out.visitLdcInsn(value);
        }
    }

    static void push(MethodVisitor out, float value) {
        out.visitLdcInsn(value);
    }

    static void push(MethodVisitor out, long value) {
        out.visitLdcInsn(value);
    }

    static void push(MethodVisitor out, double value) {
        out.visitLdcInsn(value);
    }

    /** A class file's string has at most 65,535 bytes; a longer one is put together. */
    static void pushString(MethodVisitor out, String text) {
        out.visitLdcInsn(text.substring(0, Math.min(CHARS_IN_STRING, text.length())));
        for (int at = CHARS_IN_STRING; at < text.length(); at += CHARS_IN_STRING) {
            out.visitLdcInsn(text.substring(at, Math.min(at + CHARS_IN_STRING, text.length())));
            out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/String", "concat", "(Ljava/lang/String;)Ljava/lang/String;", false);
        }
    }

    /** Fills the array on the stack, and takes it off. */
    static void fillArray(MethodVisitor out, ArrayPayload payload, String note) {
        List<Number> elements = payload.getArrayElements();
        int width = payload.getElementWidth();
        String array = note != null && note.startsWith("[") ? note : "[" + (width == 1 ? "B" : width == 2 ? "S" : width == 4 ? "I" : "J");
        String element = array.substring(1);
        if (note == null) {
            out.visitTypeInsn(Opcodes.CHECKCAST, array);
        }
        if (elements.size() <= INLINE_ELEMENTS || element.equals("Z")) {
            for (int i = 0; i < elements.size(); i++) {
                out.visitInsn(Opcodes.DUP);
                push(out, i);
                pushElement(out, element, elements.get(i).longValue());
                out.visitInsn(InsnEmitter.arrayOpcode(Opcodes.IASTORE, element));
            }
            out.visitInsn(Opcodes.POP);
            return;
        }
        int perString = BYTES_IN_STRING / width;
        for (int from = 0; from < elements.size(); from += perString) {
            int count = Math.min(perString, elements.size() - from);
            out.visitInsn(Opcodes.DUP);
            pushBuffer(out, elements.subList(from, from + count), width, element);
            out.visitInsn(Opcodes.SWAP);
            push(out, from);
            push(out, count);
            String buffer = buffer(element);
            out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, buffer, "get", "(" + array + "II)L" + buffer + ";", false);
            out.visitInsn(Opcodes.POP);
        }
        out.visitInsn(Opcodes.POP);
    }

    private static void pushElement(MethodVisitor out, String element, long bits) {
        switch (element) {
            case "J": push(out, bits); break;
            case "D": push(out, Double.longBitsToDouble(bits)); break;
            case "F": push(out, Float.intBitsToFloat((int) bits)); break;
            case "C": push(out, (int) bits & 0xFFFF); break;
            default: push(out, (int) bits);
        }
    }

    private static void pushBuffer(MethodVisitor out, List<Number> elements, int width, String element) {
        ByteBuffer bytes = ByteBuffer.allocate(elements.size() * width);
        for (Number number : elements) {
            long bits = number.longValue();
            switch (width) {
                case 1: bytes.put((byte) bits); break;
                case 2: bytes.putShort((short) bits); break;
                case 4: bytes.putInt((int) bits); break;
                default: bytes.putLong(bits);
            }
        }
        out.visitLdcInsn(new String(bytes.array(), StandardCharsets.ISO_8859_1));
        out.visitFieldInsn(Opcodes.GETSTATIC, "java/nio/charset/StandardCharsets", "ISO_8859_1", "Ljava/nio/charset/Charset;");
        out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/String", "getBytes", "(Ljava/nio/charset/Charset;)[B", false);
        out.visitMethodInsn(Opcodes.INVOKESTATIC, "java/nio/ByteBuffer", "wrap", "([B)Ljava/nio/ByteBuffer;", false);
        if (!element.equals("B")) {
            String buffer = buffer(element);
            String view = "as" + buffer.substring(buffer.lastIndexOf('/') + 1);
            out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/nio/ByteBuffer", view, "()L" + buffer + ";", false);
        }
    }

    private static String buffer(String element) {
        switch (element) {
            case "B": return "java/nio/ByteBuffer";
            case "S": return "java/nio/ShortBuffer";
            case "C": return "java/nio/CharBuffer";
            case "I": return "java/nio/IntBuffer";
            case "F": return "java/nio/FloatBuffer";
            case "J": return "java/nio/LongBuffer";
            case "D": return "java/nio/DoubleBuffer";
            default: throw new Untranslatable("array data for " + element);
        }
    }

    static Handle handle(MethodHandleReference reference, Hierarchy hierarchy) {
        if (reference.getMemberReference() instanceof FieldReference) {
            FieldReference field = (FieldReference) reference.getMemberReference();
            int tag;
            switch (reference.getMethodHandleType()) {
                case MethodHandleType.STATIC_PUT: tag = Opcodes.H_PUTSTATIC; break;
                case MethodHandleType.STATIC_GET: tag = Opcodes.H_GETSTATIC; break;
                case MethodHandleType.INSTANCE_PUT: tag = Opcodes.H_PUTFIELD; break;
                default: tag = Opcodes.H_GETFIELD;
            }
            return new Handle(tag, Hierarchy.internal(field.getDefiningClass()), field.getName(), field.getType(), false);
        }
        MethodReference method = (MethodReference) reference.getMemberReference();
        String owner = Hierarchy.internal(method.getDefiningClass());
        boolean isInterface = hierarchy.isInterface(owner);
        int tag;
        switch (reference.getMethodHandleType()) {
            case MethodHandleType.INVOKE_STATIC: tag = Opcodes.H_INVOKESTATIC; break;
            case MethodHandleType.INVOKE_CONSTRUCTOR: tag = Opcodes.H_NEWINVOKESPECIAL; break;
            case MethodHandleType.INVOKE_DIRECT: tag = Opcodes.H_INVOKESPECIAL; break;
            case MethodHandleType.INVOKE_INTERFACE: tag = Opcodes.H_INVOKEINTERFACE; break;
            default: tag = Opcodes.H_INVOKEVIRTUAL;
        }
        String descriptor = Registers.descriptor(method.getParameterTypes(), method.getReturnType());
        return new Handle(tag, owner, method.getName(), descriptor, isInterface);
    }

    static Object bootstrapArgument(EncodedValue value, Hierarchy hierarchy) {
        if (value instanceof MethodHandleEncodedValue) {
            return handle(((MethodHandleEncodedValue) value).getValue(), hierarchy);
        }
        if (value instanceof MethodTypeEncodedValue) {
            MethodProtoReference proto = ((MethodTypeEncodedValue) value).getValue();
            return Type.getMethodType(Registers.descriptor(proto.getParameterTypes(), proto.getReturnType()));
        }
        if (value instanceof StringEncodedValue) {
            return ((StringEncodedValue) value).getValue();
        }
        if (value instanceof TypeEncodedValue) {
            return Type.getType(((TypeEncodedValue) value).getValue());
        }
        if (value instanceof IntEncodedValue) {
            return ((IntEncodedValue) value).getValue();
        }
        if (value instanceof LongEncodedValue) {
            return ((LongEncodedValue) value).getValue();
        }
        if (value instanceof FloatEncodedValue) {
            return ((FloatEncodedValue) value).getValue();
        }
        if (value instanceof DoubleEncodedValue) {
            return ((DoubleEncodedValue) value).getValue();
        }
        throw new Untranslatable("a call site argument of type " + value.getValueType());
    }
}
