package lab.translator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.Field;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.value.EncodedValue;
import org.jf.dexlib2.iface.value.TypeEncodedValue;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodTooLargeException;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** One class: members, initial values, attributes. Written as version 52 (Java 8) with frames. */
final class ClassTranslator {
    /** Where a method's code goes. */
    interface MethodSink {
        MethodVisitor method(int access, String name, String descriptor);
    }

    private static final int CLASS_FLAGS = Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT
        | Opcodes.ACC_SYNTHETIC | Opcodes.ACC_ANNOTATION | Opcodes.ACC_ENUM;
    private static final int FIELD_FLAGS = 0x50DF;
    private static final int METHOD_FLAGS = 0x1DFF;

    final ClassDef source;
    final String name;
    final Hierarchy hierarchy;
    final Bridges bridges;
    private final Attributes attributes;
    /** Methods replaced by one that throws VerifyError, with the reason. */
    final Map<String, String> replaced = new HashMap<>();
    private final Map<String, String> refused = new HashMap<>();
    /** Methods that are larger than the JVM takes: cut up, and where that was not enough, refused. */
    private final Set<String> cutUp = new HashSet<>();
    private final Map<String, String> parts = new HashMap<>();
    private final Set<String> interfaces = new LinkedHashSet<>();

    ClassTranslator(ClassDef source, Hierarchy hierarchy, Bridges bridges, Attributes attributes) {
        this.source = source;
        this.name = Hierarchy.internal(source.getType());
        this.hierarchy = hierarchy;
        this.bridges = bridges;
        this.attributes = attributes;
        source.getInterfaces().forEach(type -> interfaces.add(Hierarchy.internal(type)));
    }

    /** Names the interface among the class's own: ART calls a default method of any ancestor by super, the JVM of these only. */
    void implement(String type) {
        if (!type.equals(name)) {
            interfaces.add(type);
        }
    }

    byte[] translate() {
        while (true) {
            try {
                int before = interfaces.size();
                byte[] written = write();
                if (interfaces.size() == before) {
                    return written;
                }
            } catch (MethodTooLargeException problem) {
                String written = problem.getMethodName() + problem.getDescriptor();
                String key = parts.getOrDefault(written, written);
                if (!cutUp.add(key) && refused.put(key, "too large for a JVM method") != null) {
                    throw problem;
                }
            } catch (Refused again) {
                // written anew without the method's code, which is half in the class
            }
        }
    }

    /** A method's code that nobody could have foreseen: it is now among those that are refused. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** What a fault of the reading or writing libraries says; damaged code makes them throw whatever they happen to. */
    static String damage(Throwable problem) {
        String text = problem instanceof StackOverflowError ? "nested too deep" : problem.toString();
        return "its dex code is damaged: " + (text.length() > 200 ? text.substring(0, 200) : text);
    }

    private byte[] write() {
        parts.clear();
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected String getCommonSuperClass(String one, String other) {
                return hierarchy.commonParent(one, other);
            }
        };
        boolean isInterface = AccessFlags.INTERFACE.isSet(source.getAccessFlags());
        int access = source.getAccessFlags() & CLASS_FLAGS;
        access = isInterface ? (access | Opcodes.ACC_ABSTRACT) & ~Opcodes.ACC_FINAL : access | Opcodes.ACC_SUPER;
        String parent = source.getSuperclass() == null ? null : Hierarchy.internal(source.getSuperclass());
        writer.visit(Opcodes.V1_8, access, name, attributes.signature(source.getAnnotations()), parent,
            interfaces.toArray(new String[0]));
        if (source.getSourceFile() != null) {
            writer.visitSource(source.getSourceFile(), null);
        }
        attributes.writeClass(source, writer);
        List<Field> inCode = new ArrayList<>();
        for (Field field : source.getFields()) {
            writeField(writer, field, isInterface, inCode);
        }
        boolean initialiser = false;
        for (Method method : source.getMethods()) {
            boolean isInitialiser = method.getName().equals("<clinit>");
            initialiser |= isInitialiser;
            writeMethod(writer, method, isInterface, isInitialiser ? inCode : List.of());
        }
        if (!initialiser && !inCode.isEmpty()) {
            MethodVisitor out = writer.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
            out.visitCode();
            writeInitialValues(out, inCode);
            out.visitInsn(Opcodes.RETURN);
            out.visitMaxs(0, 0);
            out.visitEnd();
        }
        bridges.writeTo(name, (flags, method, descriptor) -> writer.visitMethod(flags, method, descriptor, null, null));
        writer.visitEnd();
        return writer.toByteArray();
    }

    private void writeField(ClassWriter writer, Field field, boolean isInterface, List<Field> inCode) {
        int access = field.getAccessFlags() & FIELD_FLAGS;
        if (isInterface) {
            access = access & ~(Opcodes.ACC_PRIVATE | Opcodes.ACC_PROTECTED | Opcodes.ACC_VOLATILE | Opcodes.ACC_TRANSIENT)
                | Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL;
        } else if ((access & Opcodes.ACC_VOLATILE) != 0) {
            access &= ~Opcodes.ACC_FINAL;
        }
        EncodedValue initial = field.getInitialValue();
        Object constant = initial == null ? null : InitialValue.of(initial, field.getType());
        if (constant == null && initial instanceof TypeEncodedValue) {
            inCode.add(field);
        }
        FieldVisitor out = writer.visitField(access, field.getName(), field.getType(),
            attributes.signature(field.getAnnotations()), constant);
        attributes.write(field.getAnnotations(), out::visitAnnotation);
        out.visitEnd();
    }

    /** Initial values for which a class file has no attribute: class constants. */
    private void writeInitialValues(MethodVisitor out, List<Field> fields) {
        for (Field field : fields) {
            out.visitLdcInsn(Type.getType(((TypeEncodedValue) field.getInitialValue()).getValue()));
            out.visitFieldInsn(Opcodes.PUTSTATIC, name, field.getName(), field.getType());
        }
    }

    private void writeMethod(ClassWriter writer, Method method, boolean isInterface, List<Field> initial) {
        String descriptor = Registers.descriptor(method.getParameterTypes(), method.getReturnType());
        MethodVisitor out = writer.visitMethod(access(method, isInterface), method.getName(), descriptor,
            attributes.signature(method.getAnnotations()), attributes.exceptions(method.getAnnotations()));
        attributes.writeMethod(source, method, out);
        if (AccessFlags.NATIVE.isSet(method.getAccessFlags())) {
            Natives.writeBody(out, name, method, descriptor);
            return;
        }
        if (method.getImplementation() == null) {
            out.visitEnd();
            return;
        }
        String key = method.getName() + descriptor;
        try {
            if (refused.containsKey(key)) {
                throw new Untranslatable(refused.get(key));
            }
            MethodSink sink = (flags, part, shape) -> writer.visitMethod(flags, part, shape, null, null);
            new MethodTranslator(this, method).writeTo(out, () -> writeInitialValues(out, initial), cutUp.contains(key) ? sink : null,
                () -> newPart(key));
        } catch (Untranslatable problem) {
            writeRefusal(out, key, problem.getMessage());
        } catch (MethodTooLargeException problem) {
            throw problem;
        } catch (RuntimeException | StackOverflowError problem) {
            refused.put(key, damage(problem));
            throw new Refused();
        }
    }

    private String newPart(String key) {
        String name = "lab$part" + parts.size();
        parts.put(name + MethodSplitter.DESCRIPTOR, key);
        return name;
    }

    private int access(Method method, boolean isInterface) {
        int access = method.getAccessFlags() & METHOD_FLAGS;
        if (method.getName().equals("<clinit>")) {
            return Opcodes.ACC_STATIC;
        }
        if ((access & Opcodes.ACC_NATIVE) == 0) {
            access &= ~Opcodes.ACC_SYNCHRONIZED; // dex code enters its monitors itself
        }
        access &= ~Opcodes.ACC_NATIVE; // it has a body here (Natives)
        if ((access & Opcodes.ACC_ABSTRACT) != 0) {
            access &= ~(Opcodes.ACC_FINAL | Opcodes.ACC_STRICT | Opcodes.ACC_SYNCHRONIZED);
        }
        if (isInterface) {
            access &= ~(Opcodes.ACC_FINAL | Opcodes.ACC_PROTECTED | Opcodes.ACC_SYNCHRONIZED);
            access = (access & Opcodes.ACC_PRIVATE) != 0 ? access : access | Opcodes.ACC_PUBLIC;
        }
        return access;
    }

    private void writeRefusal(MethodVisitor out, String key, String why) {
        replaced.put(key, why);
        out.visitCode();
        out.visitTypeInsn(Opcodes.NEW, "java/lang/VerifyError");
        out.visitInsn(Opcodes.DUP);
        out.visitLdcInsn(name.replace('/', '.') + "." + key + " could not be translated: " + why);
        out.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/VerifyError", "<init>", "(Ljava/lang/String;)V", false);
        out.visitInsn(Opcodes.ATHROW);
        out.visitMaxs(0, 0);
        out.visitEnd();
    }
}
