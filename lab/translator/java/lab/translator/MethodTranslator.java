package lab.translator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.iface.ExceptionHandler;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.MethodImplementation;
import org.jf.dexlib2.iface.TryBlock;
import org.jf.dexlib2.iface.debug.DebugItem;
import org.jf.dexlib2.iface.debug.LineNumber;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * One method: registers into locals, instruction by instruction, with exception ranges and line numbers.
 *
 * The code is emitted twice. The first time into nothing, to learn which locals are ever read; the second
 * time stores to all others are left out.
 */
final class MethodTranslator {
    /** A range of instructions of one try block, between two labels. */
    private static final class Range {
        final Label start = new Label();
        final Label end = new Label();
        final TryBlock<? extends ExceptionHandler> block;

        Range(TryBlock<? extends ExceptionHandler> block) {
            this.block = block;
        }
    }

    /** Of a JVM method: entries of its exception table, and locals. */
    private static final int MOST_HANDLERS = 0xFFFF;
    private static final int MOST_LOCALS = 0xFFFF;
    /** Try blocks times instructions looked through, lines told, and locals times places that are jumped to. */
    private static final long MOST_SEARCHED = 50_000_000;
    private static final int MOST_LINES = 1 << 17;
    private static final long MOST_FRAMED = 30_000_000;
    /** Instructions of one run that becomes a method of its own; so few that no such method is too large. */
    private static final int RUN = 1200;
    private static final int LEAST = 40;
    private static final Set<Op.Kind> MOVABLE = EnumSet.of(Op.Kind.NOP, Op.Kind.MOVE, Op.Kind.RESULT, Op.Kind.CONST,
        Op.Kind.CONST_WIDE, Op.Kind.STRING, Op.Kind.CLASS, Op.Kind.CHECK_CAST, Op.Kind.INSTANCE_OF, Op.Kind.LENGTH, Op.Kind.NEW,
        Op.Kind.NEW_ARRAY, Op.Kind.FILLED, Op.Kind.COMPARE, Op.Kind.ARRAY_GET, Op.Kind.ARRAY_PUT, Op.Kind.GET, Op.Kind.PUT,
        Op.Kind.STATIC_GET, Op.Kind.STATIC_PUT, Op.Kind.INVOKE, Op.Kind.UNARY, Op.Kind.BINARY, Op.Kind.LITERAL);

    final ClassTranslator owner;
    final Method method;
    final Insn[] insns;
    final Registers registers;
    private final MethodImplementation code;
    private final Map<Integer, Integer> indexAt = new HashMap<>();
    private final Map<Integer, Integer> lineAt = new HashMap<>();
    private final List<TryBlock<? extends ExceptionHandler>> blockOf = new ArrayList<>();
    private final boolean[] isTarget;
    private final int[][] slots;
    private final int[] everRead;
    private final int[] reads;
    private final List<int[]> moves = new ArrayList<>();
    private int nextSlot;
    private boolean learning;
    private MethodVisitor out;
    private Label[] labels;
    private List<Range> ranges;
    private Map<Integer, Label> pads;
    private Range open;
    private List<Label[]> guards;
    private final Map<Integer, String> parameters = new HashMap<>();
    private List<AbstractInsnNode> marks;

    MethodTranslator(ClassTranslator owner, Method method) {
        this.owner = owner;
        this.method = method;
        code = method.getImplementation();
        insns = Insn.decode(code);
        isTarget = new boolean[insns.length + 1];
        for (int i = 0; i < insns.length; i++) {
            indexAt.put(insns[i].address, i);
            blockOf.add(null);
        }
        slots = new int[code.getRegisterCount()][5];
        everRead = new int[slots.length];
        reads = new int[slots.length];
        for (int[] slot : slots) {
            java.util.Arrays.fill(slot, -1);
        }
        readLines();
        int[][] handlers = findHandlers();
        byte[] entry = new byte[slots.length];
        String[] entryNotes = new String[slots.length];
        placeParameters(entry, entryNotes);
        registers = new Registers(insns, handlers, entry, entryNotes);
        for (Insn insn : insns) {
            if (insn.target >= 0) {
                isTarget[insn.target] = true;
            }
            for (int target : insn.switchTargets) {
                isTarget[target] = true;
            }
        }
        for (int i = 0; i < insns.length; i++) {
            isTarget[i + 1] |= insns[i].op.kind == Op.Kind.SWITCH || insns[i].op.kind == Op.Kind.EXCEPTION;
        }
    }

    /** Line numbers are nothing that the code needs: of damaged or endless ones there are as many as could be read. */
    private void readLines() {
        int told = 0;
        try {
            for (DebugItem item : code.getDebugItems()) {
                if (item instanceof LineNumber) {
                    lineAt.put(item.getCodeAddress(), ((LineNumber) item).getLineNumber());
                }
                if (++told >= MOST_LINES) {
                    return;
                }
            }
        } catch (RuntimeException damaged) {
            lineAt.clear();
        }
    }

    private int[][] findHandlers() {
        int[][] handlers = new int[insns.length][];
        long searched = 0;
        for (TryBlock<? extends ExceptionHandler> block : code.getTryBlocks()) {
            int end = block.getStartCodeAddress() + block.getCodeUnitCount();
            List<? extends ExceptionHandler> all = block.getExceptionHandlers();
            int[] targets = new int[all.size()];
            for (int i = 0; i < targets.length; i++) {
                targets[i] = Insn.indexOf(indexAt, all.get(i).getHandlerCodeAddress());
                isTarget[targets[i]] = true;
            }
            for (int i = Insn.indexOf(indexAt, block.getStartCodeAddress()); i < insns.length && insns[i].address < end; i++) {
                if (++searched > MOST_SEARCHED) {
                    throw new Untranslatable("too many try blocks over each other");
                }
                if (insns[i].opcode.canThrow()) {
                    handlers[i] = targets;
                    blockOf.set(i, block);
                }
            }
        }
        return handlers;
    }

    /** Parameters arrive in the last registers and in the first locals. */
    private void placeParameters(byte[] entry, String[] entryNotes) {
        List<? extends CharSequence> types = method.getParameterTypes();
        boolean isStatic = AccessFlags.STATIC.isSet(method.getAccessFlags());
        int width = isStatic ? 0 : 1;
        for (CharSequence type : types) {
            width += width(Op.shape(type.toString()));
        }
        int register = slots.length - width;
        if (!isStatic) {
            boolean constructor = method.getName().equals("<init>");
            placeParameter(register++, method.getDefiningClass(), constructor ? Registers.THIS : null, entry, entryNotes);
        }
        for (CharSequence type : types) {
            char shape = Op.shape(type.toString());
            String note = type.toString().startsWith("[") ? type.toString() : null;
            placeParameter(register, type.toString(), note, entry, entryNotes);
            register += width(shape);
        }
    }

    private void placeParameter(int register, String type, String note, byte[] entry, String[] entryNotes) {
        char shape = Op.shape(type);
        slots[register][column(shape)] = nextSlot;
        parameters.put(nextSlot, type);
        nextSlot += width(shape);
        entry[register] = (byte) Registers.bit(shape);
        entryNotes[register] = note;
    }

    static int width(char shape) {
        return shape == 'J' || shape == 'D' ? 2 : 1;
    }

    private static int column(char shape) {
        return "IFAJD".indexOf(shape);
    }

    /** Which shapes of each register are ever read, directly or through moves. */
    private void learnReads() {
        learning = true;
        java.util.Arrays.fill(everRead, 31);
        emit(new MethodVisitor(Opcodes.ASM9) { });
        learning = false;
        Map<Integer, List<int[]>> into = new HashMap<>();
        for (int[] move : moves) {
            into.computeIfAbsent(move[0], register -> new ArrayList<>()).add(move);
        }
        ArrayDeque<Integer> changed = new ArrayDeque<>(into.keySet());
        while (!changed.isEmpty()) {
            int read = changed.remove();
            for (int[] move : into.getOrDefault(read, List.of())) {
                int wanted = reads[move[1]] | reads[read] & move[2];
                if (wanted != reads[move[1]]) {
                    reads[move[1]] = wanted;
                    changed.add(move[1]);
                }
            }
        }
        System.arraycopy(reads, 0, everRead, 0, reads.length);
    }

    /** @param prologue writes what must run before the method's own code; @param parts takes what is cut off, null: nothing is */
    void writeTo(MethodVisitor target, Runnable prologue, ClassTranslator.MethodSink parts, Supplier<String> names) {
        learnReads();
        MethodNode node = new MethodNode(Opcodes.ASM9);
        emit(node);
        checkSize();
        for (Label[] guard : guards) {
            node.visitTryCatchBlock(guard[0], guard[1], guard[2], "java/lang/UnsatisfiedLinkError");
        }
        for (Range range : ranges) {
            addHandlers(node, range);
        }
        if (parts != null) {
            boolean isInterface = AccessFlags.INTERFACE.isSet(owner.source.getAccessFlags());
            new MethodSplitter(node, runs(), parameters, nextSlot).split(parts, owner.name, isInterface, names);
        }
        target.visitCode();
        prologue.run();
        node.accept(new MethodVisitor(Opcodes.ASM9, target) {
            @Override
            public void visitCode() {
                // already visited, before the prologue
            }
        });
    }

    /** Before ASM computes frames: it keeps every local for each place that is jumped to. */
    private void checkSize() {
        long handlers = guards.size();
        for (Range range : ranges) {
            handlers += range.block.getExceptionHandlers().size();
        }
        if (handlers > MOST_HANDLERS) {
            throw new Untranslatable("too many exception handlers for a JVM method");
        }
        long places = 1 + 2L * ranges.size() + pads.size();
        for (Label label : labels) {
            places += label == null ? 0 : 1;
        }
        if (places * nextSlot > MOST_FRAMED) {
            throw new Untranslatable("too many registers over too many branches");
        }
    }

    /** Straight runs of instructions without handlers, as long as they may become. */
    private List<MethodSplitter.Run> runs() {
        List<MethodSplitter.Run> runs = new ArrayList<>();
        int start = -1;
        for (int i = 1; i < insns.length; i++) {
            boolean result = insns[i].op.kind == Op.Kind.RESULT;
            boolean full = start >= 0 && i - start >= RUN && !result && isSettled(i);
            if (start >= 0 && (!mayMove(i) || full)) {
                int end = i;
                while (end > start && (insns[end].op.kind == Op.Kind.RESULT || !isSettled(end) || marks.get(end) == null)) {
                    end--;
                }
                if (end - start >= LEAST) {
                    runs.add(new MethodSplitter.Run(marks.get(start).getNext(), marks.get(end)));
                }
                start = -1;
            }
            if (start < 0 && mayMove(i) && !result && marks.get(i) != null && isSettled(i)) {
                start = i;
            }
        }
        return runs;
    }

    private boolean mayMove(int index) {
        return registers.reached(index) && !isTarget[index] && blockOf.get(index) == null && MOVABLE.contains(insns[index].op.kind);
    }

    /** Whether every object is initialised before the instruction. */
    private boolean isSettled(int index) {
        if (!registers.reached(index)) {
            return false;
        }
        for (String note : registers.notes[index]) {
            if (note != null && note.startsWith("*")) {
                return false;
            }
        }
        return true;
    }

    private void addHandlers(MethodNode node, Range range) {
        for (ExceptionHandler handler : range.block.getExceptionHandlers()) {
            String type = handler.getExceptionType();
            String name = type == null ? null : Hierarchy.internal(type);
            // An exception class that exists nowhere is never thrown, and the JVM refuses to look for it.
            if (name == null || owner.hierarchy.isKnown(name)) {
                node.visitTryCatchBlock(range.start, range.end, pads.get(handler.getHandlerCodeAddress()), name);
            }
        }
    }

    private void emit(MethodVisitor target) {
        out = target;
        labels = new Label[insns.length];
        ranges = new ArrayList<>();
        guards = new ArrayList<>();
        pads = new LinkedHashMap<>();
        open = null;
        marks = new ArrayList<>(Collections.nCopies(insns.length, null));
        InsnEmitter emitter = new InsnEmitter(this, out);
        for (int i = 0; i < insns.length; i++) {
            Insn insn = insns[i];
            if (!registers.reached(i)) {
                continue;
            }
            TryBlock<? extends ExceptionHandler> block = blockOf.get(i);
            if (open != null && (open.block != block || isTarget[i])) {
                closeRange();
            }
            if (target instanceof MethodNode) {
                marks.set(i, ((MethodNode) target).instructions.getLast());
            }
            Integer line = lineAt.get(insn.address);
            if (isTarget[i] || line != null) {
                out.visitLabel(label(i));
            }
            if (line != null) {
                out.visitLineNumber(line, label(i));
            }
            if (block != null && open == null) {
                openRange(block);
            }
            emitter.emit(i, insn);
        }
        if (open != null) {
            closeRange();
        }
        emitPads();
    }

    private void emitPads() {
        for (Map.Entry<Integer, Label> pad : pads.entrySet()) {
            int index = indexAt.get(pad.getKey());
            out.visitLabel(pad.getValue());
            if (insns[index].op.kind == Op.Kind.EXCEPTION) {
                store(insns[index].a, 'A');
                out.visitJumpInsn(Opcodes.GOTO, label(index + 1));
            } else {
                out.visitInsn(Opcodes.POP);
                out.visitJumpInsn(Opcodes.GOTO, label(index));
            }
        }
    }

    private void openRange(TryBlock<? extends ExceptionHandler> block) {
        open = new Range(block);
        out.visitLabel(open.start);
        for (ExceptionHandler handler : block.getExceptionHandlers()) {
            pads.computeIfAbsent(handler.getHandlerCodeAddress(), address -> new Label());
        }
    }

    /**
     * Start, end and handler of an exception range for the one call at `index`, or null where the app's own code there takes
     * link errors: an app that is prepared for a library that is not there is told so, any other goes on without it.
     */
    Label[] guard(int index) {
        TryBlock<? extends ExceptionHandler> block = blockOf.get(index);
        if (block != null) {
            for (ExceptionHandler handler : block.getExceptionHandlers()) {
                if (handler.getExceptionType() != null && Platform.takesLinkErrors(Hierarchy.internal(handler.getExceptionType()))) {
                    return null;
                }
            }
        }
        Label[] guard = {new Label(), new Label(), new Label()};
        guards.add(guard);
        return guard;
    }

    /** Ends the exception range, so that what follows (a store) is not seen by its handlers. */
    private void closeRange() {
        out.visitLabel(open.end);
        ranges.add(open);
        open = null;
    }

    Label label(int index) {
        if (labels[index] == null) {
            labels[index] = new Label();
        }
        return labels[index];
    }

    private int slot(int register, char shape) {
        if (learning) {
            return 0;
        }
        int column = column(shape);
        if (slots[register][column] < 0) {
            slots[register][column] = nextSlot;
            nextSlot += width(shape);
            if (nextSlot > MOST_LOCALS) {
                throw new Untranslatable("too many registers for a JVM method");
            }
        }
        return slots[register][column];
    }

    private static int loadOpcode(char shape) {
        return shape == 'A' ? Opcodes.ALOAD : Opcodes.ILOAD + "IJFD".indexOf(shape);
    }

    private static int storeOpcode(char shape) {
        return shape == 'A' ? Opcodes.ASTORE : Opcodes.ISTORE + "IJFD".indexOf(shape);
    }

    /** Pushes a register as the shape wanted; where it only holds the other shape of that size, its bits. */
    void load(int index, int register, char shape) {
        int has = registers.shapes[index][register];
        if ((has & Registers.bit(shape)) != 0) {
            reads[register] |= Registers.bit(shape);
            out.visitVarInsn(loadOpcode(shape), slot(register, shape));
            return;
        }
        String[] bits = "IFJD".indexOf(shape) < 0 ? null : BITS["IFJD".indexOf(shape)];
        if (bits == null || (has & Registers.bit(bits[0].charAt(0))) == 0) {
            throw new Untranslatable("v" + register + " is read as " + shape + " at " + insns[index].address);
        }
        reads[register] |= Registers.bit(bits[0].charAt(0));
        out.visitVarInsn(loadOpcode(bits[0].charAt(0)), slot(register, bits[0].charAt(0)));
        out.visitMethodInsn(Opcodes.INVOKESTATIC, bits[1], bits[2], bits[3], false);
    }

    private static final String[][] BITS = {
        {"F", "java/lang/Float", "floatToRawIntBits", "(F)I"},
        {"I", "java/lang/Float", "intBitsToFloat", "(I)F"},
        {"D", "java/lang/Double", "doubleToRawLongBits", "(D)J"},
        {"J", "java/lang/Double", "longBitsToDouble", "(J)D"},
    };

    /** Whether anything ever reads the register in one of these shapes. */
    boolean isRead(int register, int bits) {
        return (everRead[register] & bits) != 0;
    }

    /** Pops the value into the register; a register that nothing reads gets nothing. */
    void store(int register, char shape) {
        if (open != null) {
            closeRange();
        }
        if (isRead(register, Registers.bit(shape))) {
            out.visitVarInsn(storeOpcode(shape), slot(register, shape));
        } else {
            out.visitInsn(width(shape) == 2 ? Opcodes.POP2 : Opcodes.POP);
        }
    }

    void move(int index, Insn insn) {
        int shapes = registers.shapes[index][insn.b];
        if (learning) {
            moves.add(new int[] {insn.a, insn.b, shapes});
        }
        for (char shape : new char[] {'I', 'F', 'A', 'J', 'D'}) {
            int bit = Registers.bit(shape);
            if ((shapes & bit) != 0 && isRead(insn.a, bit)) {
                out.visitVarInsn(loadOpcode(shape), slot(insn.b, shape));
                out.visitVarInsn(storeOpcode(shape), slot(insn.a, shape));
            }
        }
    }
}
