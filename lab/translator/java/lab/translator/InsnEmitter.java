package lab.translator;

import java.util.List;
import org.jf.dexlib2.iface.reference.CallSiteReference;
import org.jf.dexlib2.iface.reference.FieldReference;
import org.jf.dexlib2.iface.reference.MethodHandleReference;
import org.jf.dexlib2.iface.reference.MethodProtoReference;
import org.jf.dexlib2.iface.reference.MethodReference;
import org.jf.dexlib2.iface.reference.StringReference;
import org.jf.dexlib2.iface.reference.TypeReference;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The JVM instructions for one Dalvik instruction. */
final class InsnEmitter {
    private final MethodTranslator method;
    private final MethodVisitor out;

    InsnEmitter(MethodTranslator method, MethodVisitor out) {
        this.method = method;
        this.out = out;
    }

    void emit(int index, Insn insn) {
        Op op = insn.op;
        switch (op.kind) {
            case NOP: case EXCEPTION: case PAYLOAD: break;
            case MOVE: method.move(index, insn); break;
            case RESULT: method.store(insn.a, Op.shape(Registers.resultType(method.insns[index - 1]))); break;
            case RETURN: emitReturn(index, insn); break;
            case CONST: emitConst(insn); break;
            case CONST_WIDE: emitConstWide(insn); break;
            case STRING: Constants.pushString(out, ((StringReference) insn.reference).getString()); method.store(insn.a, 'A'); break;
            case CLASS: pushType(((TypeReference) insn.reference).getType()); method.store(insn.a, 'A'); break;
            case HANDLE: out.visitLdcInsn(Constants.handle((MethodHandleReference) insn.reference, method.owner.hierarchy));
                method.store(insn.a, 'A'); break;
            case METHOD_TYPE: out.visitLdcInsn(Type.getMethodType(proto((MethodProtoReference) insn.reference)));
                method.store(insn.a, 'A'); break;
            case MONITOR_ENTER: method.load(index, insn.a, 'A'); out.visitInsn(Opcodes.MONITORENTER); break;
            case MONITOR_EXIT: method.load(index, insn.a, 'A'); out.visitInsn(Opcodes.MONITOREXIT); break;
            case CHECK_CAST: method.load(index, insn.a, 'A'); type(Opcodes.CHECKCAST, insn); method.store(insn.a, 'A'); break;
            case INSTANCE_OF: method.load(index, insn.b, 'A'); type(Opcodes.INSTANCEOF, insn); method.store(insn.a, 'I'); break;
            case LENGTH: method.load(index, insn.b, 'A'); emitLength(index, insn); method.store(insn.a, 'I'); break;
            case NEW: type(Opcodes.NEW, insn); method.store(insn.a, 'A'); break;
            case NEW_ARRAY: method.load(index, insn.b, 'I'); newArray(((TypeReference) insn.reference).getType());
                method.store(insn.a, 'A'); break;
            case FILLED: emitFilled(index, insn); break;
            case FILL: emitFill(index, insn); break;
            case THROW: method.load(index, insn.a, 'A'); out.visitInsn(Opcodes.ATHROW); break;
            case GOTO: out.visitJumpInsn(Opcodes.GOTO, method.label(insn.target)); break;
            case SWITCH: emitSwitch(index, insn); break;
            case COMPARE: method.load(index, insn.b, op.left); method.load(index, insn.c, op.right);
                out.visitInsn(op.jvm); method.store(insn.a, 'I'); break;
            case IF: emitIf(index, insn); break;
            case IF_ZERO: emitIfZero(index, insn); break;
            case ARRAY_GET: emitArrayGet(index, insn); break;
            case ARRAY_PUT: emitArrayPut(index, insn); break;
            case GET: method.load(index, insn.b, 'A'); emitField(Opcodes.GETFIELD, insn); break;
            case STATIC_GET: emitField(Opcodes.GETSTATIC, insn); break;
            case PUT: method.load(index, insn.b, 'A'); loadField(index, insn); emitField(Opcodes.PUTFIELD, insn); break;
            case STATIC_PUT: loadField(index, insn); emitField(Opcodes.PUTSTATIC, insn); break;
            case INVOKE: emitInvoke(index, insn); break;
            case POLYMORPHIC: emitPolymorphic(index, insn); break;
            case CUSTOM: emitCustom(index, insn); break;
            case UNARY: emitUnary(index, insn); break;
            case BINARY:
                method.load(index, op.twoAddress ? insn.a : insn.b, op.left);
                method.load(index, op.twoAddress ? insn.b : insn.c, op.right);
                out.visitInsn(op.jvm);
                method.store(insn.a, op.to);
                break;
            case LITERAL: emitLiteral(index, insn); break;
            default: throw new Untranslatable("opcode " + insn.opcode.name);
        }
    }

    private static String proto(MethodProtoReference reference) {
        return Registers.descriptor(reference.getParameterTypes(), reference.getReturnType());
    }

    private void type(int opcode, Insn insn) {
        out.visitTypeInsn(opcode, Hierarchy.internal(((TypeReference) insn.reference).getType()));
    }

    private void pushType(String type) {
        out.visitLdcInsn(Type.getType(type));
    }

    private void emitReturn(int index, Insn insn) {
        char shape = Op.shape(method.method.getReturnType());
        if (shape == 'V') {
            out.visitInsn(Opcodes.RETURN);
            return;
        }
        method.load(index, insn.a, shape);
        out.visitInsn(shape == 'A' ? Opcodes.ARETURN : Opcodes.IRETURN + "IJFD".indexOf(shape));
    }

    private void emitConst(Insn insn) {
        int value = (int) insn.literal;
        if (method.isRead(insn.a, Registers.INT)) {
            Constants.push(out, value);
            method.store(insn.a, 'I');
        }
        if (method.isRead(insn.a, Registers.FLOAT)) {
            Constants.push(out, Float.intBitsToFloat(value));
            method.store(insn.a, 'F');
        }
        if (value == 0 && method.isRead(insn.a, Registers.REF)) {
            out.visitInsn(Opcodes.ACONST_NULL);
            method.store(insn.a, 'A');
        }
    }

    private void emitConstWide(Insn insn) {
        if (method.isRead(insn.a, Registers.LONG)) {
            Constants.push(out, insn.literal);
            method.store(insn.a, 'J');
        }
        if (method.isRead(insn.a, Registers.DOUBLE)) {
            Constants.push(out, Double.longBitsToDouble(insn.literal));
            method.store(insn.a, 'D');
        }
    }

    private void emitLength(int index, Insn insn) {
        String note = method.registers.notes[index][insn.b];
        if (note == null) { // merged with something else on the way; the JVM wants to see an array
            out.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/reflect/Array", "getLength", "(Ljava/lang/Object;)I", false);
        } else {
            out.visitInsn(Opcodes.ARRAYLENGTH);
        }
    }

    private void newArray(String type) {
        String element = type.substring(1);
        int primitive = "ZCFDBSIJ".indexOf(element.charAt(0));
        if (element.length() == 1 && primitive >= 0) {
            out.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_BOOLEAN + primitive);
        } else {
            out.visitTypeInsn(Opcodes.ANEWARRAY, Hierarchy.internal(element));
        }
    }

    static int arrayOpcode(int base, String element) {
        // IALOAD LALOAD FALOAD DALOAD AALOAD BALOAD CALOAD SALOAD, and the stores in the same order
        switch (element.charAt(0)) {
            case 'I': return base;
            case 'J': return base + 1;
            case 'F': return base + 2;
            case 'D': return base + 3;
            case 'Z': case 'B': return base + 5;
            case 'C': return base + 6;
            case 'S': return base + 7;
            default: return base + 4;
        }
    }

    private void emitFilled(int index, Insn insn) {
        String type = ((TypeReference) insn.reference).getType();
        String element = type.substring(1);
        Constants.push(out, insn.arguments.length);
        newArray(type);
        for (int i = 0; i < insn.arguments.length; i++) {
            out.visitInsn(Opcodes.DUP);
            Constants.push(out, i);
            method.load(index, insn.arguments[i], Op.shape(element));
            out.visitInsn(arrayOpcode(Opcodes.IASTORE, element));
        }
        if (index + 1 >= method.insns.length || method.insns[index + 1].op.kind != Op.Kind.RESULT) {
            out.visitInsn(Opcodes.POP);
        }
    }

    private void emitFill(int index, Insn insn) {
        method.load(index, insn.a, 'A');
        String note = method.registers.notes[index][insn.a];
        if (Registers.NULL.equals(note)) {
            out.visitInsn(Opcodes.ATHROW);
            return;
        }
        Constants.fillArray(out, insn.array, note);
    }

    private void emitSwitch(int index, Insn insn) {
        method.load(index, insn.a, 'I');
        int count = insn.switchKeys.length;
        Label other = method.label(index + 1);
        if (count == 0) {
            out.visitInsn(Opcodes.POP);
            return;
        }
        Label[] targets = new Label[count];
        for (int i = 0; i < count; i++) {
            targets[i] = method.label(insn.switchTargets[i]);
        }
        if ((long) insn.switchKeys[count - 1] - insn.switchKeys[0] == count - 1) {
            out.visitTableSwitchInsn(insn.switchKeys[0], insn.switchKeys[count - 1], other, targets);
        } else {
            out.visitLookupSwitchInsn(other, insn.switchKeys, targets);
        }
    }

    private boolean isReference(int index, int register) {
        int has = method.registers.shapes[index][register];
        return (has & Registers.REF) != 0 && (has & Registers.INT) == 0;
    }

    private void emitIf(int index, Insn insn) {
        Label target = method.label(insn.target);
        if (isReference(index, insn.a) || isReference(index, insn.b)) {
            method.load(index, insn.a, 'A');
            method.load(index, insn.b, 'A');
            out.visitJumpInsn(insn.op.variant.equals("eq") ? Opcodes.IF_ACMPEQ : Opcodes.IF_ACMPNE, target);
        } else {
            method.load(index, insn.a, 'I');
            method.load(index, insn.b, 'I');
            out.visitJumpInsn(insn.op.jvm - Opcodes.IFEQ + Opcodes.IF_ICMPEQ, target);
        }
    }

    private void emitIfZero(int index, Insn insn) {
        Label target = method.label(insn.target);
        if (isReference(index, insn.a)) {
            method.load(index, insn.a, 'A');
            out.visitJumpInsn(insn.op.variant.equals("eq") ? Opcodes.IFNULL : Opcodes.IFNONNULL, target);
        } else {
            method.load(index, insn.a, 'I');
            out.visitJumpInsn(insn.op.jvm, target);
        }
    }

    private void emitArrayGet(int index, Insn insn) {
        method.load(index, insn.b, 'A');
        if (method.registers.onNull(index, insn.b)) {
            out.visitInsn(Opcodes.ATHROW); // throwing null throws NullPointerException, as the access would
            return;
        }
        String element = method.registers.elementType(index, insn);
        castArray(index, insn, element);
        method.load(index, insn.c, 'I');
        out.visitInsn(arrayOpcode(Opcodes.IALOAD, element));
        method.store(insn.a, Op.shape(element));
    }

    private void emitArrayPut(int index, Insn insn) {
        method.load(index, insn.b, 'A');
        if (method.registers.onNull(index, insn.b)) {
            out.visitInsn(Opcodes.ATHROW);
            return;
        }
        String element = method.registers.elementType(index, insn);
        castArray(index, insn, element);
        method.load(index, insn.c, 'I');
        method.load(index, insn.a, Op.shape(element));
        out.visitInsn(arrayOpcode(Opcodes.IASTORE, element));
    }

    /** Where the paths to here disagree about the array, says which kind it must be. */
    private void castArray(int index, Insn insn, String element) {
        if (method.registers.notes[index][insn.b] == null && !insn.op.variant.equals("boolean") && !insn.op.variant.equals("byte")) {
            out.visitTypeInsn(Opcodes.CHECKCAST, "[" + (Op.shape(element) == 'A' ? "Ljava/lang/Object;" : element));
        }
    }

    private void loadField(int index, Insn insn) {
        method.load(index, insn.a, Op.shape(((FieldReference) insn.reference).getType()));
    }

    private void emitField(int opcode, Insn insn) {
        FieldReference field = (FieldReference) insn.reference;
        out.visitFieldInsn(opcode, Hierarchy.internal(field.getDefiningClass()), field.getName(), field.getType());
        if (opcode == Opcodes.GETFIELD || opcode == Opcodes.GETSTATIC) {
            method.store(insn.a, Op.shape(field.getType()));
        }
    }

    /** Pushes an invocation's arguments; a wide one takes two of its registers. */
    private void loadArguments(int index, Insn insn, int from, List<? extends CharSequence> types) {
        int at = from;
        for (CharSequence type : types) {
            char shape = Op.shape(type.toString());
            method.load(index, insn.arguments[at], shape);
            at += MethodTranslator.width(shape);
        }
    }

    private void dropUnused(int index, String returned) {
        char shape = Op.shape(returned);
        boolean used = index + 1 < method.insns.length && method.insns[index + 1].op.kind == Op.Kind.RESULT;
        if (shape != 'V' && !used) {
            out.visitInsn(MethodTranslator.width(shape) == 2 ? Opcodes.POP2 : Opcodes.POP);
        }
    }

    private void emitInvoke(int index, Insn insn) {
        MethodReference called = (MethodReference) insn.reference;
        String owner = Hierarchy.internal(called.getDefiningClass());
        String name = called.getName();
        String descriptor = Registers.descriptor(called.getParameterTypes(), called.getReturnType());
        boolean isStatic = insn.op.variant.equals("static");
        if (!isStatic) {
            method.load(index, insn.arguments[0], 'A');
        }
        loadArguments(index, insn, isStatic ? 0 : 1, called.getParameterTypes());
        if (name.equals("<init>")) {
            emitConstructor(method.registers.notes[index][insn.arguments[0]], owner, descriptor);
            return;
        }
        if (isStatic && Platform.REPLACED.containsKey(owner + "." + name + descriptor)) {
            owner = Platform.CLASS;
            name = Platform.REPLACED.get(Hierarchy.internal(called.getDefiningClass()) + "." + name + descriptor);
        }
        boolean isInterface = method.owner.hierarchy.isInterface(owner);
        if (Platform.loadsLibrary(owner, name, descriptor)) {
            emitLoad(index, name, isStatic);
            return;
        }
        switch (insn.op.variant) {
            case "static": out.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, isInterface); break;
            case "interface": out.visitMethodInsn(Opcodes.INVOKEINTERFACE, owner, name, descriptor, true); break;
            case "virtual":
                out.visitMethodInsn(isInterface ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL, owner, name, descriptor, isInterface);
                break;
            default:
                if (isInterface) {
                    method.owner.implement(owner);
                }
                out.visitMethodInsn(Opcodes.INVOKESPECIAL, owner, name, descriptor, isInterface);
        }
        dropUnused(index, called.getReturnType());
    }

    /** System.loadLibrary and its kin, whose caller counts; an app that is not prepared for a failure goes on. */
    private void emitLoad(int index, String name, boolean isStatic) {
        Label[] guard = method.guard(index);
        if (guard != null) {
            out.visitLabel(guard[0]);
        }
        out.visitLdcInsn(Type.getObjectType(method.owner.name));
        String descriptor = (isStatic ? "(" : "(Ljava/lang/Runtime;") + "Ljava/lang/String;Ljava/lang/Class;)V";
        out.visitMethodInsn(Opcodes.INVOKESTATIC, Platform.CLASS, name, descriptor, false);
        if (guard != null) {
            Label after = new Label();
            out.visitLabel(guard[1]);
            out.visitJumpInsn(Opcodes.GOTO, after);
            out.visitLabel(guard[2]);
            out.visitMethodInsn(Opcodes.INVOKESTATIC, Platform.CLASS, "goOnWithout", "(Ljava/lang/UnsatisfiedLinkError;)V", false);
            out.visitLabel(after);
        }
    }

    /** R8 may call an ancestor's constructor directly; the JVM allows the class's own and its parent's only. */
    private void emitConstructor(String origin, String named, String descriptor) {
        String called = method.owner.hierarchy.constructorOwner(named, descriptor);
        String target = called;
        String bridged = descriptor;
        boolean pushMarker = false;
        if (origin != null && origin.startsWith("*")) {
            boolean isThis = origin.equals(Registers.THIS);
            String type = isThis ? method.owner.name : Hierarchy.internal(origin.substring(origin.indexOf(':') + 1));
            String parent = method.owner.hierarchy.parent(type);
            boolean allowed = called.equals(type) || isThis && called.equals(parent);
            String through = isThis ? parent : type;
            if (!allowed && method.owner.hierarchy.isFromApp(through)) {
                target = through;
                bridged = method.owner.bridges.request(through, called, descriptor);
                pushMarker = true;
            }
        }
        if (pushMarker) {
            out.visitInsn(Opcodes.ACONST_NULL);
        }
        out.visitMethodInsn(Opcodes.INVOKESPECIAL, target, "<init>", bridged, false);
    }

    private void emitPolymorphic(int index, Insn insn) {
        MethodReference called = (MethodReference) insn.reference;
        MethodProtoReference proto = (MethodProtoReference) insn.secondReference;
        method.load(index, insn.arguments[0], 'A');
        loadArguments(index, insn, 1, proto.getParameterTypes());
        out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, Hierarchy.internal(called.getDefiningClass()), called.getName(), proto(proto), false);
        dropUnused(index, proto.getReturnType());
    }

    private void emitCustom(int index, Insn insn) {
        CallSiteReference site = (CallSiteReference) insn.reference;
        loadArguments(index, insn, 0, site.getMethodProto().getParameterTypes());
        Object[] extra = site.getExtraArguments().stream().map(v -> Constants.bootstrapArgument(v, method.owner.hierarchy)).toArray();
        out.visitInvokeDynamicInsn(site.getMethodName(), proto(site.getMethodProto()),
            Constants.handle(site.getMethodHandle(), method.owner.hierarchy), extra);
        dropUnused(index, site.getMethodProto().getReturnType());
    }

    private void emitUnary(int index, Insn insn) {
        Op op = insn.op;
        method.load(index, insn.b, op.left);
        if (op.jvm != 0) {
            out.visitInsn(op.jvm);
        } else if (op.left == 'I') {
            out.visitInsn(Opcodes.ICONST_M1);
            out.visitInsn(Opcodes.IXOR);
        } else {
            out.visitLdcInsn(-1L);
            out.visitInsn(Opcodes.LXOR);
        }
        method.store(insn.a, op.to);
    }

    private void emitLiteral(int index, Insn insn) {
        boolean reverse = insn.op.variant.equals("reverse");
        if (reverse) {
            Constants.push(out, (int) insn.literal);
        }
        method.load(index, insn.b, 'I');
        if (!reverse) {
            Constants.push(out, (int) insn.literal);
        }
        out.visitInsn(insn.op.jvm);
        method.store(insn.a, 'I');
    }
}
