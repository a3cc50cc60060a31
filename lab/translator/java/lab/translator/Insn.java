package lab.translator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.iface.MethodImplementation;
import org.jf.dexlib2.iface.instruction.DualReferenceInstruction;
import org.jf.dexlib2.iface.instruction.FiveRegisterInstruction;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.iface.instruction.OffsetInstruction;
import org.jf.dexlib2.iface.instruction.OneRegisterInstruction;
import org.jf.dexlib2.iface.instruction.ReferenceInstruction;
import org.jf.dexlib2.iface.instruction.RegisterRangeInstruction;
import org.jf.dexlib2.iface.instruction.SwitchElement;
import org.jf.dexlib2.iface.instruction.SwitchPayload;
import org.jf.dexlib2.iface.instruction.ThreeRegisterInstruction;
import org.jf.dexlib2.iface.instruction.TwoRegisterInstruction;
import org.jf.dexlib2.iface.instruction.WideLiteralInstruction;
import org.jf.dexlib2.iface.instruction.formats.ArrayPayload;
import org.jf.dexlib2.iface.reference.Reference;

/** A Dalvik instruction with its operands in plain fields. Branch targets are indices, -1 where there is none. */
final class Insn {
    /** A method of the JVM has at most 65535 bytes, and dex code of more units than these becomes more. */
    private static final int MOST_UNITS = 1 << 17;
    /** Array elements, switch cases and arguments of all instructions; the least of them is four bytes. */
    private static final int MOST_OPERANDS = 1 << 16;
    final int address;
    final Opcode opcode;
    final Op op;
    int a = -1;
    int b = -1;
    int c = -1;
    int[] arguments = {};
    long literal;
    Reference reference;
    Reference secondReference;
    int target = -1;
    int[] switchKeys = {};
    int[] switchTargets = {};
    ArrayPayload array;

    private Insn(int address, Instruction source) {
        this.address = address;
        this.opcode = source.getOpcode();
        this.op = Op.of(opcode);
    }

    static Insn[] decode(MethodImplementation code) {
        List<Instruction> sources = new ArrayList<>();
        List<Insn> insns = new ArrayList<>();
        Map<Integer, Integer> indexAt = new HashMap<>();
        int address = 0;
        for (Instruction source : code.getInstructions()) {
            if (address > MOST_UNITS) {
                throw new Untranslatable("too large for a JVM method");
            }
            indexAt.put(address, insns.size());
            sources.add(source);
            insns.add(new Insn(address, source));
            address += source.getCodeUnits();
        }
        long operands = 0;
        for (int i = 0; i < insns.size(); i++) {
            Insn insn = insns.get(i);
            insn.read(sources.get(i), sources, indexAt);
            operands += insn.arguments.length + insn.switchKeys.length + (insn.array == null ? 0 : insn.array.getArrayElements().size());
            if (operands > MOST_OPERANDS) {
                throw new Untranslatable("too large for a JVM method");
            }
        }
        return insns.toArray(new Insn[0]);
    }

    private void read(Instruction source, List<Instruction> sources, Map<Integer, Integer> indexAt) {
        if (source instanceof OneRegisterInstruction) {
            a = ((OneRegisterInstruction) source).getRegisterA();
        }
        if (source instanceof TwoRegisterInstruction) {
            b = ((TwoRegisterInstruction) source).getRegisterB();
        }
        if (source instanceof ThreeRegisterInstruction) {
            c = ((ThreeRegisterInstruction) source).getRegisterC();
        }
        if (source instanceof WideLiteralInstruction) {
            literal = ((WideLiteralInstruction) source).getWideLiteral();
        }
        if (source instanceof ReferenceInstruction) {
            reference = ((ReferenceInstruction) source).getReference();
        }
        if (source instanceof DualReferenceInstruction) {
            secondReference = ((DualReferenceInstruction) source).getReference2();
        }
        if (source instanceof FiveRegisterInstruction) {
            FiveRegisterInstruction five = (FiveRegisterInstruction) source;
            int[] all = {five.getRegisterC(), five.getRegisterD(), five.getRegisterE(), five.getRegisterF(), five.getRegisterG()};
            arguments = java.util.Arrays.copyOf(all, five.getRegisterCount());
        } else if (source instanceof RegisterRangeInstruction) {
            RegisterRangeInstruction range = (RegisterRangeInstruction) source;
            arguments = new int[range.getRegisterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = range.getStartRegister() + i;
            }
        }
        if (source instanceof OffsetInstruction) {
            int at = indexOf(indexAt, address + ((OffsetInstruction) source).getCodeOffset());
            if (op.kind == Op.Kind.FILL) {
                array = (ArrayPayload) sources.get(at);
            } else if (op.kind == Op.Kind.SWITCH) {
                readSwitch((SwitchPayload) sources.get(at), indexAt);
            } else {
                target = at;
            }
        }
    }

    private void readSwitch(SwitchPayload payload, Map<Integer, Integer> indexAt) {
        List<? extends SwitchElement> elements = payload.getSwitchElements();
        if (elements.size() > MOST_OPERANDS) {
            throw new Untranslatable("too large for a JVM method");
        }
        switchKeys = new int[elements.size()];
        switchTargets = new int[elements.size()];
        for (int i = 0; i < switchKeys.length; i++) {
            switchKeys[i] = elements.get(i).getKey();
            switchTargets[i] = indexOf(indexAt, address + elements.get(i).getOffset());
        }
    }

    static int indexOf(Map<Integer, Integer> indexAt, int address) {
        Integer index = indexAt.get(address);
        if (index == null) {
            throw new Untranslatable("a branch into the middle of an instruction, at " + address);
        }
        return index;
    }

    /** Whether the instruction after this one can follow it. */
    boolean fallsThrough() {
        switch (op.kind) {
            case RETURN: case THROW: case GOTO: case PAYLOAD: return false;
            default: return true;
        }
    }
}
