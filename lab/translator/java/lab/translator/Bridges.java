package lab.translator;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Constructors added to app classes, because R8 merges constructors in a way that ART runs and the JVM refuses:
 * `new A` followed by the constructor of A's parent. The added constructor of A calls that of the parent;
 * a last parameter of type Void sets it apart from A's own.
 */
final class Bridges {
    private static final class Bridge {
        final String called;
        final String descriptor;

        Bridge(String called, String descriptor) {
            this.called = called;
            this.descriptor = descriptor;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bridge && ((Bridge) other).called.equals(called)
                && ((Bridge) other).descriptor.equals(descriptor);
        }

        @Override
        public int hashCode() {
            return called.hashCode() * 31 + descriptor.hashCode();
        }
    }

    private final Hierarchy hierarchy;
    private final Map<String, Set<Bridge>> wanted = new ConcurrentHashMap<>();
    private final Set<String> changed = ConcurrentHashMap.newKeySet();

    Bridges(Hierarchy hierarchy) {
        this.hierarchy = hierarchy;
    }

    /** Asks for a constructor of `owner` that runs `called`'s; returns the descriptor to call it by. */
    String request(String owner, String called, String descriptor) {
        Set<Bridge> bridges = wanted.computeIfAbsent(owner, name -> ConcurrentHashMap.newKeySet());
        if (bridges.add(new Bridge(called, descriptor))) {
            changed.add(owner);
        }
        return marked(descriptor);
    }

    private static String marked(String descriptor) {
        return descriptor.replace(")V", "Ljava/lang/Void;)V");
    }

    /** Classes that were asked for more since the last call. */
    Set<String> takeChanged() {
        Set<String> taken = new LinkedHashSet<>(changed);
        changed.removeAll(taken);
        return taken;
    }

    void writeTo(String owner, ClassTranslator.MethodSink sink) {
        for (Bridge bridge : wanted.getOrDefault(owner, Set.of())) {
            MethodVisitor out = sink.method(Opcodes.ACC_PUBLIC | Opcodes.ACC_SYNTHETIC, "<init>", marked(bridge.descriptor));
            out.visitCode();
            out.visitVarInsn(Opcodes.ALOAD, 0);
            int local = 1;
            for (Type type : Type.getArgumentTypes(bridge.descriptor)) {
                out.visitVarInsn(type.getOpcode(Opcodes.ILOAD), local);
                local += type.getSize();
            }
            String parent = hierarchy.parent(owner);
            if (bridge.called.equals(parent) || !hierarchy.isFromApp(parent)) {
                out.visitMethodInsn(Opcodes.INVOKESPECIAL, bridge.called, "<init>", bridge.descriptor, false);
            } else {
                out.visitInsn(Opcodes.ACONST_NULL);
                String further = request(parent, bridge.called, bridge.descriptor);
                out.visitMethodInsn(Opcodes.INVOKESPECIAL, parent, "<init>", further, false);
            }
            out.visitInsn(Opcodes.RETURN);
            out.visitMaxs(0, 0);
            out.visitEnd();
        }
    }
}
