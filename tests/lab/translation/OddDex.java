package odd;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.Opcodes;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.immutable.ImmutableClassDef;
import org.jf.dexlib2.immutable.ImmutableField;
import org.jf.dexlib2.immutable.ImmutableMethod;
import org.jf.dexlib2.immutable.ImmutableMethodImplementation;
import org.jf.dexlib2.immutable.ImmutableMethodParameter;
import org.jf.dexlib2.immutable.instruction.ImmutableInstruction10x;
import org.jf.dexlib2.immutable.instruction.ImmutableInstruction11n;
import org.jf.dexlib2.immutable.instruction.ImmutableInstruction11x;
import org.jf.dexlib2.immutable.instruction.ImmutableInstruction21c;
import org.jf.dexlib2.immutable.instruction.ImmutableInstruction22c;
import org.jf.dexlib2.immutable.instruction.ImmutableInstruction35c;
import org.jf.dexlib2.immutable.reference.ImmutableFieldReference;
import org.jf.dexlib2.immutable.reference.ImmutableMethodReference;
import org.jf.dexlib2.immutable.reference.ImmutableTypeReference;
import org.jf.dexlib2.writer.io.FileDataStore;
import org.jf.dexlib2.writer.pool.DexPool;

/** Writes a dex with code that no Java compiler makes, but R8 or an attacker does. Argument: the file to write. */
public final class OddDex {
    private static final String OBJECT = "Ljava/lang/Object;";
    private static final String PRINTER = "Ljava/io/PrintStream;";
    private static final String SPEAKS = "Lsample/Speaks;";
    private static final String PARENT = "Lsample/Parent;";
    private static final String CHILD = "Lsample/Child;";
    private static final String BASE = "Lsample/Base;";

    public static void main(String[] arguments) throws Exception {
        DexPool pool = new DexPool(Opcodes.forApi(27));
        pool.internClass(base());
        pool.internClass(empty("Lsample/Derived;", BASE));
        pool.internClass(empty("Lsample/Further;", "Lsample/Derived;"));
        pool.internClass(speaks());
        pool.internClass(new ImmutableClassDef(PARENT, AccessFlags.PUBLIC.getValue(), OBJECT, Collections.singletonList(SPEAKS), null,
            null, null, null));
        pool.internClass(child());
        pool.internClass(sample());
        pool.writeTo(new FileDataStore(new java.io.File(arguments[0])));
    }

    /** Base(int n) { this.number = n; } */
    private static ClassDef base() {
        List<Instruction> code = Arrays.asList(
            call(Opcode.INVOKE_DIRECT, OBJECT, "<init>", "V", Collections.emptyList(), 0),
            new ImmutableInstruction22c(Opcode.IPUT, 1, 0, new ImmutableFieldReference(BASE, "number", "I")),
            new ImmutableInstruction10x(Opcode.RETURN_VOID));
        Method constructor = method(BASE, "<init>", Collections.singletonList("I"), AccessFlags.CONSTRUCTOR.getValue(), 2, code);
        return new ImmutableClassDef(BASE, AccessFlags.PUBLIC.getValue(), OBJECT, null, null, null,
            Collections.singletonList(new ImmutableField(BASE, "number", "I", AccessFlags.PUBLIC.getValue(), null, null, null)),
            Collections.singletonList(constructor));
    }

    /** R8 leaves no constructor where it would only call its parent's. */
    private static ClassDef empty(String name, String parent) {
        return new ImmutableClassDef(name, AccessFlags.PUBLIC.getValue(), parent, null, null, null, null, null);
    }

    /** interface Speaks { default void speak() { System.out.println(getClass()); } } */
    private static ClassDef speaks() {
        List<Instruction> code = Arrays.asList(
            new ImmutableInstruction21c(Opcode.SGET_OBJECT, 0, new ImmutableFieldReference("Ljava/lang/System;", "out", PRINTER)),
            call(Opcode.INVOKE_VIRTUAL, OBJECT, "getClass", "Ljava/lang/Class;", Collections.emptyList(), 2),
            new ImmutableInstruction11x(Opcode.MOVE_RESULT_OBJECT, 1),
            call(Opcode.INVOKE_VIRTUAL, PRINTER, "println", "V", Collections.singletonList(OBJECT), 0, 1),
            new ImmutableInstruction10x(Opcode.RETURN_VOID));
        int flags = AccessFlags.PUBLIC.getValue() | AccessFlags.INTERFACE.getValue() | AccessFlags.ABSTRACT.getValue();
        return new ImmutableClassDef(SPEAKS, flags, OBJECT, null, null, null, null,
            Collections.singletonList(method(SPEAKS, "speak", Collections.emptyList(), 0, 3, code)));
    }

    /** Has no constructor, and calls by super the default method of an interface that its parent implements. */
    private static ClassDef child() {
        List<Instruction> code = Arrays.asList(
            call(Opcode.INVOKE_SUPER, SPEAKS, "speak", "V", Collections.emptyList(), 0),
            new ImmutableInstruction10x(Opcode.RETURN_VOID));
        return new ImmutableClassDef(CHILD, AccessFlags.PUBLIC.getValue(), PARENT, null, null, null, null,
            Collections.singletonList(method(CHILD, "speak", Collections.emptyList(), 0, 1, code)));
    }

    private static ClassDef sample() {
        String self = "Lsample/Sample;";
        List<Instruction> main = new java.util.ArrayList<>();
        for (String type : new String[] {BASE, "Lsample/Derived;", "Lsample/Further;"}) {
            main.add(new ImmutableInstruction21c(Opcode.NEW_INSTANCE, 0, new ImmutableTypeReference(type)));
            main.add(new ImmutableInstruction11n(Opcode.CONST_4, 1, -type.length() % 8));
            main.add(call(Opcode.INVOKE_DIRECT, BASE, "<init>", "V", Collections.singletonList("I"), 0, 1));
            main.add(new ImmutableInstruction21c(Opcode.SGET_OBJECT, 2, new ImmutableFieldReference("Ljava/lang/System;", "out", PRINTER)));
            main.add(new ImmutableInstruction22c(Opcode.IGET, 1, 0, new ImmutableFieldReference(BASE, "number", "I")));
            main.add(call(Opcode.INVOKE_VIRTUAL, PRINTER, "println", "V", Collections.singletonList("I"), 2, 1));
            main.add(call(Opcode.INVOKE_VIRTUAL, OBJECT, "getClass", "Ljava/lang/Class;", Collections.emptyList(), 0));
            main.add(new ImmutableInstruction11x(Opcode.MOVE_RESULT_OBJECT, 1));
            main.add(call(Opcode.INVOKE_VIRTUAL, PRINTER, "println", "V", Collections.singletonList(OBJECT), 2, 1));
        }
        main.add(new ImmutableInstruction21c(Opcode.NEW_INSTANCE, 0, new ImmutableTypeReference(CHILD)));
        main.add(call(Opcode.INVOKE_DIRECT, CHILD, "<init>", "V", Collections.emptyList(), 0));
        main.add(call(Opcode.INVOKE_VIRTUAL, CHILD, "speak", "V", Collections.emptyList(), 0));
        main.add(new ImmutableInstruction10x(Opcode.RETURN_VOID));
        // An int used as a reference: ART refuses the method.
        List<Instruction> broken = Arrays.asList(
            new ImmutableInstruction11n(Opcode.CONST_4, 0, 5),
            call(Opcode.INVOKE_VIRTUAL, OBJECT, "hashCode", "I", Collections.emptyList(), 0),
            new ImmutableInstruction10x(Opcode.RETURN_VOID));
        int isStatic = AccessFlags.STATIC.getValue();
        return new ImmutableClassDef(self, AccessFlags.PUBLIC.getValue(), OBJECT, null, null, null, null, Arrays.asList(
            method(self, "main", Collections.singletonList("[Ljava/lang/String;"), isStatic, 4, main),
            method(self, "broken", Collections.emptyList(), isStatic, 1, broken)));
    }

    private static Method method(String owner, String name, List<String> types, int flags, int registers, List<Instruction> code) {
        List<ImmutableMethodParameter> parameters = new java.util.ArrayList<>();
        for (String type : types) {
            parameters.add(new ImmutableMethodParameter(type, null, null));
        }
        return new ImmutableMethod(owner, name, parameters, "V", flags | AccessFlags.PUBLIC.getValue(), null, null,
            new ImmutableMethodImplementation(registers, code, null, (Iterable<org.jf.dexlib2.iface.debug.DebugItem>) null));
    }

    private static Instruction call(Opcode opcode, String owner, String name, String returned, List<String> types, int... registers) {
        int[] all = Arrays.copyOf(registers, 5);
        return new ImmutableInstruction35c(opcode, registers.length, all[0], all[1], all[2], all[3], all[4],
            new ImmutableMethodReference(owner, name, types, returned));
    }
}
