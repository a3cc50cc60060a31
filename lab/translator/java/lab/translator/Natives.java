package lab.translator;

import java.util.Map;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.iface.Method;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Native methods: the JVM would look for their code among its own processor's, so each asks the platform instead. */
final class Natives {
    private static final String CALLED =
        "(Ljava/lang/Class;Ljava/lang/String;Ljava/lang/String;Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;";
    private static final Map<Integer, String> BOXES = Map.of(Type.BOOLEAN, "Boolean", Type.BYTE, "Byte", Type.CHAR, "Character",
        Type.SHORT, "Short", Type.INT, "Integer", Type.LONG, "Long", Type.FLOAT, "Float", Type.DOUBLE, "Double");

    private Natives() {
    }

    static void writeBody(MethodVisitor out, String owner, Method method, String descriptor) {
        boolean isStatic = AccessFlags.STATIC.isSet(method.getAccessFlags());
        Type[] parameters = Type.getArgumentTypes(descriptor);
        out.visitCode();
        out.visitLdcInsn(Type.getObjectType(owner));
        out.visitLdcInsn(method.getName());
        out.visitLdcInsn(descriptor);
        if (isStatic) {
            out.visitInsn(Opcodes.ACONST_NULL);
        } else {
            out.visitVarInsn(Opcodes.ALOAD, 0);
        }
        out.visitIntInsn(Opcodes.SIPUSH, parameters.length);
        out.visitTypeInsn(Opcodes.ANEWARRAY, "java/lang/Object");
        int slot = isStatic ? 0 : 1;
        for (int i = 0; i < parameters.length; i++) {
            out.visitInsn(Opcodes.DUP);
            out.visitIntInsn(Opcodes.SIPUSH, i);
            out.visitVarInsn(parameters[i].getOpcode(Opcodes.ILOAD), slot);
            box(out, parameters[i]);
            out.visitInsn(Opcodes.AASTORE);
            slot += parameters[i].getSize();
        }
        out.visitMethodInsn(Opcodes.INVOKESTATIC, Platform.CLASS, "callNative", CALLED, false);
        giveBack(out, Type.getReturnType(descriptor));
        out.visitMaxs(0, 0);
        out.visitEnd();
    }

    private static void box(MethodVisitor out, Type type) {
        String box = BOXES.get(type.getSort());
        if (box != null) {
            String boxed = "java/lang/" + box;
            out.visitMethodInsn(Opcodes.INVOKESTATIC, boxed, "valueOf", "(" + type.getDescriptor() + ")L" + boxed + ";", false);
        }
    }

    private static void giveBack(MethodVisitor out, Type type) {
        String box = BOXES.get(type.getSort());
        if (type.getSort() == Type.VOID) {
            out.visitInsn(Opcodes.POP);
        } else if (box != null) {
            out.visitTypeInsn(Opcodes.CHECKCAST, "java/lang/" + box);
            String method = type.getClassName() + "Value";
            out.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/" + box, method, "()" + type.getDescriptor(), false);
        } else {
            out.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
        }
        out.visitInsn(type.getOpcode(Opcodes.IRETURN));
    }
}
