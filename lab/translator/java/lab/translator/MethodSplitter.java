package lab.translator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * A method larger than the JVM takes (64 KiB), cut up: straight runs of its code become methods of their own.
 *
 * <p>What lives longer than a run lies in two arrays, references in one and everything else, as bits, in the other. A local that the
 * rest of the method uses too is kept in step there: written to the arrays before a run that reads it, read back after one that
 * changes it. Runs have no branch, no exception range, and no object that is not yet initialised at either end.
 */
final class MethodSplitter {
    static final String DESCRIPTOR = "([Ljava/lang/Object;[J)V";
    private static final String NULL = "null";

    /** The nodes from `first` to `last`. What it reads first and what it stores: each local with its type then, or null. */
    static final class Run {
        final AbstractInsnNode first;
        final AbstractInsnNode last;
        final Map<Integer, String> inputs = new LinkedHashMap<>();
        final Map<Integer, String> stored = new LinkedHashMap<>();
        final Set<Integer> lacking = new HashSet<>();

        Run(AbstractInsnNode first, AbstractInsnNode last) {
            this.first = first;
            this.last = last;
        }
    }

    private final MethodNode node;
    private final int nextLocal;
    private final Set<LabelNode> targets = new HashSet<>();
    private final Map<Integer, Character> shapes = new HashMap<>();
    private final Map<Integer, Integer> places = new HashMap<>();
    private final Set<Integer> outside = new HashSet<>();
    private final Set<Integer> wanted = new HashSet<>();
    private final List<Run> runs = new ArrayList<>();
    private int references;
    private int words;

    /** @param parameters the descriptor of each local that holds a parameter; @param nextLocal the first that is free */
    MethodSplitter(MethodNode node, List<Run> candidates, Map<Integer, String> parameters, int nextLocal) {
        this.node = node;
        this.nextLocal = nextLocal;
        findTargets();
        for (Run run : candidates) {
            if (isStraight(run)) {
                runs.add(run);
            }
        }
        outside.addAll(parameters.keySet());
        scan(parameters);
        for (Run run : runs) {
            wanted.addAll(run.inputs.keySet());
        }
        // A run that stays where it is makes its locals those of the rest, which may keep another one there.
        while (runs.removeIf(this::stays)) { }
    }

    private boolean stays(Run run) {
        boolean stays = !run.lacking.isEmpty();
        for (Map.Entry<Integer, String> one : run.stored.entrySet()) {
            int local = one.getKey();
            stays |= shapes.get(local) == 'A' && one.getValue() == null && wanted.contains(local) && outside.contains(local);
        }
        if (stays) {
            outside.addAll(run.inputs.keySet());
            outside.addAll(run.stored.keySet());
        }
        return stays;
    }

    private void findTargets() {
        for (AbstractInsnNode insn = node.instructions.getFirst(); insn != null; insn = insn.getNext()) {
            if (insn instanceof JumpInsnNode) {
                targets.add(((JumpInsnNode) insn).label);
            } else if (insn instanceof LookupSwitchInsnNode) {
                targets.addAll(((LookupSwitchInsnNode) insn).labels);
                targets.add(((LookupSwitchInsnNode) insn).dflt);
            } else if (insn instanceof TableSwitchInsnNode) {
                targets.addAll(((TableSwitchInsnNode) insn).labels);
                targets.add(((TableSwitchInsnNode) insn).dflt);
            }
        }
        for (TryCatchBlockNode block : node.tryCatchBlocks == null ? List.<TryCatchBlockNode>of() : node.tryCatchBlocks) {
            targets.add(block.start);
            targets.add(block.end);
            targets.add(block.handler);
        }
    }

    private boolean isStraight(Run run) {
        for (AbstractInsnNode insn = run.first; insn != run.last.getNext(); insn = insn.getNext()) {
            if (insn instanceof JumpInsnNode || insn instanceof IincInsnNode || targets.contains(insn)) {
                return false;
            }
        }
        return true;
    }

    private static char shapeOf(VarInsnNode access) {
        int opcode = access.getOpcode();
        return "IJFDA".charAt(opcode >= Opcodes.ISTORE ? opcode - Opcodes.ISTORE : opcode - Opcodes.ILOAD);
    }

    /** Goes through the code in its order: what each run reads and changes, and of what type references are. */
    private void scan(Map<Integer, String> parameters) {
        Map<Integer, String> types = new HashMap<>(parameters);
        int next = 0;
        Run run = null;
        for (AbstractInsnNode insn = node.instructions.getFirst(); insn != null; insn = insn.getNext()) {
            if (next < runs.size() && runs.get(next).first == insn) {
                run = runs.get(next++);
            }
            if (insn instanceof LabelNode && targets.contains(insn)) {
                types.clear();
            }
            if (insn instanceof VarInsnNode) {
                access((VarInsnNode) insn, run, types);
            }
            if (run != null && run.last == insn) {
                for (Map.Entry<Integer, String> one : run.stored.entrySet()) {
                    one.setValue(types.get(one.getKey()));
                }
                run = null;
            }
        }
    }

    private void access(VarInsnNode access, Run run, Map<Integer, String> types) {
        int local = access.var;
        char shape = shapeOf(access);
        shapes.put(local, shape);
        boolean stores = access.getOpcode() >= Opcodes.ISTORE;
        if (stores && shape == 'A') {
            types.put(local, produced(access.getPrevious(), types));
        }
        if (run == null) {
            outside.add(local);
            if (!stores) {
                wanted.add(local);
            }
        } else if (stores) {
            run.stored.put(local, null);
        } else if (!run.stored.containsKey(local) && !run.inputs.containsKey(local)) {
            run.inputs.put(local, types.get(local));
            if (shape == 'A' && types.get(local) == null) {
                run.lacking.add(local);
            }
        }
    }

    /** The descriptor of the reference that an instruction leaves on the stack; null where that is not seen. */
    private static String produced(AbstractInsnNode insn, Map<Integer, String> types) {
        while (insn != null && insn.getOpcode() < 0) {
            insn = insn.getPrevious();
        }
        if (insn instanceof MethodInsnNode) {
            return Type.getReturnType(((MethodInsnNode) insn).desc).getDescriptor();
        } else if (insn instanceof InvokeDynamicInsnNode) {
            return Type.getReturnType(((InvokeDynamicInsnNode) insn).desc).getDescriptor();
        } else if (insn instanceof FieldInsnNode) {
            return ((FieldInsnNode) insn).desc;
        } else if (insn instanceof MultiANewArrayInsnNode) {
            return ((MultiANewArrayInsnNode) insn).desc;
        } else if (insn instanceof TypeInsnNode && insn.getOpcode() != Opcodes.INSTANCEOF) {
            String type = Type.getObjectType(((TypeInsnNode) insn).desc).getDescriptor();
            return insn.getOpcode() == Opcodes.ANEWARRAY ? "[" + type : type;
        } else if (insn instanceof IntInsnNode && insn.getOpcode() == Opcodes.NEWARRAY) {
            return "[" + "ZCFDBSIJ".charAt(((IntInsnNode) insn).operand - Opcodes.T_BOOLEAN);
        } else if (insn instanceof LdcInsnNode) {
            Object value = ((LdcInsnNode) insn).cst;
            return value instanceof String ? "Ljava/lang/String;" : value instanceof Type ? "Ljava/lang/Class;" : null;
        } else if (insn instanceof VarInsnNode && insn.getOpcode() == Opcodes.ALOAD) {
            return types.get(((VarInsnNode) insn).var);
        }
        return insn != null && insn.getOpcode() == Opcodes.ACONST_NULL ? NULL : null;
    }

    /** Moves the runs out of the method, each into a method of `owner` with a name of its own. */
    void split(ClassTranslator.MethodSink sink, String owner, boolean isInterface, Supplier<String> names) {
        for (Run run : runs) {
            run.stored.keySet().retainAll(wanted);
        }
        for (Run run : runs) {
            String name = names.get();
            writePart(sink.method(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC, name, DESCRIPTOR), run);
            InsnList call = new InsnList();
            for (Map.Entry<Integer, String> one : run.inputs.entrySet()) {
                if (outside.contains(one.getKey())) {
                    save(call, nextLocal, one.getKey(), one.getKey());
                }
            }
            call.add(new VarInsnNode(Opcodes.ALOAD, nextLocal));
            call.add(new VarInsnNode(Opcodes.ALOAD, nextLocal + 1));
            call.add(new MethodInsnNode(Opcodes.INVOKESTATIC, owner, name, DESCRIPTOR, isInterface));
            for (Map.Entry<Integer, String> one : run.stored.entrySet()) {
                if (outside.contains(one.getKey())) {
                    restore(call, nextLocal, one.getKey(), one.getKey(), one.getValue());
                }
            }
            replace(run, call);
        }
        InsnList begin = new InsnList();
        push(begin, references);
        begin.add(new TypeInsnNode(Opcodes.ANEWARRAY, "java/lang/Object"));
        begin.add(new VarInsnNode(Opcodes.ASTORE, nextLocal));
        push(begin, words);
        begin.add(new IntInsnNode(Opcodes.NEWARRAY, Opcodes.T_LONG));
        begin.add(new VarInsnNode(Opcodes.ASTORE, nextLocal + 1));
        node.instructions.insert(begin);
    }

    private void replace(Run run, InsnList call) {
        AbstractInsnNode insn = run.first;
        node.instructions.insertBefore(insn, call);
        while (true) {
            AbstractInsnNode next = insn.getNext();
            node.instructions.remove(insn);
            if (insn == run.last) {
                return;
            }
            insn = next;
        }
    }

    private void writePart(MethodVisitor out, Run run) {
        InsnList code = new InsnList();
        Map<Integer, Integer> locals = new HashMap<>();
        int[] next = {2};
        for (Map.Entry<Integer, String> one : run.inputs.entrySet()) {
            restore(code, 0, one.getKey(), local(locals, next, one.getKey()), one.getValue());
        }
        Map<LabelNode, LabelNode> labels = new HashMap<>();
        for (AbstractInsnNode insn = run.first; insn != run.last.getNext(); insn = insn.getNext()) {
            if (insn instanceof LabelNode) {
                labels.put((LabelNode) insn, new LabelNode());
            }
        }
        for (AbstractInsnNode insn = run.first; insn != run.last.getNext(); insn = insn.getNext()) {
            AbstractInsnNode copy = insn.clone(labels);
            if (copy instanceof VarInsnNode) {
                ((VarInsnNode) copy).var = local(locals, next, ((VarInsnNode) insn).var);
            }
            code.add(copy);
        }
        for (int local : run.stored.keySet()) {
            save(code, 0, local, local(locals, next, local));
        }
        code.add(new InsnNode(Opcodes.RETURN));
        out.visitCode();
        code.accept(out);
        out.visitMaxs(0, 0);
        out.visitEnd();
    }

    private int local(Map<Integer, Integer> locals, int[] next, int local) {
        Integer known = locals.get(local);
        if (known == null) {
            known = next[0];
            next[0] += MethodTranslator.width(shapes.get(local));
            locals.put(local, known);
        }
        return known;
    }

    /** Where in its array the value of a local lies. */
    private int place(int local) {
        return places.computeIfAbsent(local, key -> shapes.get(key) == 'A' ? references++ : words++);
    }

    private void save(InsnList code, int arrays, int local, int from) {
        char shape = shapes.get(local);
        code.add(new VarInsnNode(Opcodes.ALOAD, shape == 'A' ? arrays : arrays + 1));
        push(code, place(local));
        code.add(new VarInsnNode(Opcodes.ILOAD + "IJFDA".indexOf(shape), from));
        if (shape == 'F') {
            code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, "java/lang/Float", "floatToRawIntBits", "(F)I", false));
        } else if (shape == 'D') {
            code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, "java/lang/Double", "doubleToRawLongBits", "(D)J", false));
        }
        if (shape == 'F' || shape == 'I') {
            code.add(new InsnNode(Opcodes.I2L));
        }
        code.add(new InsnNode(shape == 'A' ? Opcodes.AASTORE : Opcodes.LASTORE));
    }

    private void restore(InsnList code, int arrays, int local, int to, String type) {
        char shape = shapes.get(local);
        if (NULL.equals(type)) {
            code.add(new InsnNode(Opcodes.ACONST_NULL));
        } else {
            code.add(new VarInsnNode(Opcodes.ALOAD, shape == 'A' ? arrays : arrays + 1));
            push(code, place(local));
            code.add(new InsnNode(shape == 'A' ? Opcodes.AALOAD : Opcodes.LALOAD));
            if (shape == 'A' && !type.equals("Ljava/lang/Object;")) {
                code.add(new TypeInsnNode(Opcodes.CHECKCAST, Type.getType(type).getInternalName()));
            } else if (shape == 'F' || shape == 'I') {
                code.add(new InsnNode(Opcodes.L2I));
            }
        }
        if (shape == 'F') {
            code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, "java/lang/Float", "intBitsToFloat", "(I)F", false));
        } else if (shape == 'D') {
            code.add(new MethodInsnNode(Opcodes.INVOKESTATIC, "java/lang/Double", "longBitsToDouble", "(J)D", false));
        }
        code.add(new VarInsnNode(Opcodes.ISTORE + "IJFDA".indexOf(shape), to));
    }

    private static void push(InsnList code, int value) {
        MethodNode writer = new MethodNode(Opcodes.ASM9);
        Constants.push(writer, value);
        code.add(writer.instructions);
    }
}
