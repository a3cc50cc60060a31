package lab.translator;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** What the classes of the lab device declare: its framework's, those of the jars beside it, and the JDK's. By internal name. */
final class Classes {
    static final class Declared {
        String parent;
        String[] interfaces;
        byte[] code;
        final Set<String> methods = new HashSet<>();
        final Set<String> fields = new HashSet<>();
        /** By name and descriptor, without the body's mark: those that were native before the framework's jar was instrumented. */
        final Set<String> natives = new HashSet<>();

        List<String> above() {
            List<String> all = new ArrayList<>(List.of(interfaces));
            if (parent != null) {
                all.add(parent);
            }
            return all;
        }
    }

    /** Calls of one method. */
    static final class Call {
        final String owner;
        final String member;

        Call(String owner, String member) {
            this.owner = owner;
            this.member = member;
        }
    }

    private static final String BODY = "$$robo$$";
    private static final String BINDING = "$nativeBinding";
    /** What the instrumentation calls the body of a constructor, and a shadow what stands in for it. */
    static final String CONSTRUCTOR = "__constructor__";

    private final List<ZipFile> jars;
    private final Map<String, Optional<Declared>> known = new HashMap<>();

    Classes(List<ZipFile> jars) {
        this.jars = jars;
    }

    /** Null where there is no such class. */
    Declared find(String name) throws IOException {
        Optional<Declared> found = known.get(name);
        if (found == null) {
            byte[] code = read(name + ".class");
            found = code == null ? Optional.empty() : Optional.of(declared(code));
            known.put(name, found);
        }
        return found.orElse(null);
    }

    /** The class that declares a method (`name(...)V`) or field (`name:I`) which `name` has; null where none does. */
    String declaring(String name, String member, boolean isMethod) throws IOException {
        Declared declared = find(name);
        if (declared == null) {
            return null;
        }
        if ((isMethod ? declared.methods : declared.fields).contains(member)) {
            return name;
        }
        for (String above : declared.above()) {
            String found = declaring(above, member, isMethod);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    boolean isBelow(String name, String wanted) throws IOException {
        if (name.equals(wanted)) {
            return true;
        }
        Declared declared = find(name);
        if (declared != null) {
            for (String above : declared.above()) {
                if (isBelow(above, wanted)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What the body of a method calls, in order. */
    List<Call> calls(Declared declared, String member) {
        int bracket = member.indexOf('(');
        String descriptor = member.substring(bracket);
        String name = member.substring(0, bracket);
        String ending = "$" + (name.equals("<init>") ? CONSTRUCTOR : name);
        List<Call> calls = new ArrayList<>();
        new ClassReader(declared.code).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String method, String desc, String signature, String[] exceptions) {
                if (!desc.equals(descriptor) || !method.startsWith(BODY) || !method.endsWith(ending)) {
                    return null;
                }
                return new MethodVisitor(Opcodes.ASM9) {
                    @Override
                    public void visitMethodInsn(int code, String owner, String called, String calledDesc, boolean isInterface) {
                        calls.add(new Call(owner, called + calledDesc));
                    }
                };
            }
        }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        return calls;
    }

    private byte[] read(String path) throws IOException {
        for (ZipFile jar : jars) {
            ZipEntry entry = jar.getEntry(path);
            if (entry != null) {
                try (InputStream in = jar.getInputStream(entry)) {
                    return in.readAllBytes();
                }
            }
        }
        try (InputStream in = ClassLoader.getPlatformClassLoader().getResourceAsStream(path)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private static Declared declared(byte[] code) {
        Declared made = new Declared();
        made.code = code;
        new ClassReader(code).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
                made.parent = parent;
                made.interfaces = interfaces == null ? new String[0] : interfaces;
            }

            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                made.methods.add(name + descriptor);
                if (name.startsWith(BODY) && name.endsWith(BINDING)) {
                    String own = name.substring(0, name.length() - BINDING.length());
                    made.natives.add(own.substring(own.lastIndexOf('$') + 1) + descriptor);
                }
                return null;
            }

            @Override
            public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
                made.fields.add(name + ":" + descriptor);
                return null;
            }
        }, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
        return made;
    }
}
