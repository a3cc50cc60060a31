package lab.translator;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What stands in for methods of the framework on the lab device: Robolectric's shadows and the lab's, by their annotations,
 * and the system services that Robolectric answers with a proxy which gives null or zero for everything, as far as the lab
 * has none of its own.
 *
 * <p>The lab's shadow of a class takes the place of Robolectric's. Where there are several of Robolectric's, as for graphics,
 * what any of them implements counts as implemented.
 */
final class Shadows {
    /** `leavesOut`: what it does not implement does nothing, else the framework's own code runs. */
    static final class Shadow {
        final Set<String> methods = new HashSet<>();
        boolean natives;
        boolean leavesOut;
    }

    private static final String IMPLEMENTS = "Lorg/robolectric/annotation/Implements;";
    private static final String IMPLEMENTATION = "Lorg/robolectric/annotation/Implementation;";
    private static final String SERVICES = "org/robolectric/shadows/ShadowServiceManager";
    private static final String BINDER_TYPE = SERVICES + "$BinderType";
    private static final Set<String> ANSWERED = Set.of("DELEGATING_PROXY", "CONCRETE");
    private static final String OWN_SERVICES = "lab/device/system/SystemServices";
    private static final String OWN_SERVICE = "lab/device/system/LocalService";
    private static final int SDK = 35;

    final Map<String, Shadow> of = new HashMap<>();
    /** AIDL interfaces, by internal name. The first two are given out by shadows of their own. */
    private final Set<String> deaf = new HashSet<>(List.of("android/app/IActivityManager", "android/app/IActivityTaskManager"));
    /** AIDL interface -> the lab's class that answers those of its methods that it has. */
    private final Map<String, String> answering = new HashMap<>();
    private final Map<String, Set<String>> methodsOf = new HashMap<>();
    private final Set<String> own = new HashSet<>();
    private boolean ofLab = true;
    private final Map<String, Shadow> byShadow = new HashMap<>();
    private final Map<String, String> parents = new HashMap<>();

    /** `class path`: the jars and folders of the lab's runtime. */
    Shadows(List<File> classPath) throws IOException {
        for (File one : classPath) {
            if (one.isDirectory()) {
                takeOwn(one);
            }
        }
        ofLab = false;
        for (File one : classPath) {
            if (!one.isDirectory() && one.getName().contains("shadows-framework")) {
                try (ZipFile jar = new ZipFile(one)) {
                    for (ZipEntry entry : Collections.list(jar.entries())) {
                        if (entry.getName().startsWith("org/robolectric/shadows/") && entry.getName().endsWith(".class")) {
                            try (InputStream in = jar.getInputStream(entry)) {
                                take(in.readAllBytes());
                            }
                        }
                    }
                }
            }
        }
        for (Map.Entry<String, Shadow> entry : byShadow.entrySet()) {
            for (String parent = parents.get(entry.getKey()); parent != null; parent = parents.get(parent)) {
                Shadow above = byShadow.get(parent);
                if (above != null) {
                    entry.getValue().methods.addAll(above.methods);
                }
            }
        }
    }

    private void takeOwn(File folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder.toPath())) {
            files = all.filter(file -> file.toString().endsWith(".class")).collect(Collectors.toList());
        }
        for (Path file : files) {
            if (file.toString().contains("/shadows/")) {
                take(Files.readAllBytes(file));
            } else if (file.toString().contains("/lab/device/system/")) {
                readOwnServices(new ClassReader(Files.readAllBytes(file)));
            }
        }
    }

    /** Whether a call of the interface's method gives null or zero. */
    boolean isDeaf(String type, String method) {
        String answers = answering.get(type);
        return answers == null ? deaf.contains(type) : !methodsOf.get(answers).contains(method);
    }

    private void readOwnServices(ClassReader reader) {
        Set<String> methods = new HashSet<>();
        methodsOf.put(reader.getClassName(), methods);
        boolean table = reader.getClassName().equals(OWN_SERVICES);
        reader.accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                methods.add(name);
                return table && name.equals("<clinit>") ? new OwnTable() : null;
            }
        }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }

    /** The lab's table of services: an interface, then an object that answers it. */
    private final class OwnTable extends MethodVisitor {
        private String type;
        private String object;

        OwnTable() {
            super(Opcodes.ASM9);
        }

        @Override
        public void visitLdcInsn(Object value) {
            type = value instanceof Type ? ((Type) value).getInternalName() : type;
        }

        @Override
        public void visitTypeInsn(int code, String made) {
            object = code == Opcodes.NEW ? made : object;
        }

        @Override
        public void visitFieldInsn(int code, String owner, String name, String descriptor) {
            object = code == Opcodes.GETSTATIC ? Type.getType(descriptor).getInternalName() : object;
        }

        @Override
        public void visitMethodInsn(int code, String owner, String name, String descriptor, boolean isInterface) {
            if (code == Opcodes.INVOKESPECIAL && name.equals("<init>")) {
                object = owner; // of an inner class the outer object was loaded in between
            }
            if (owner.equals(OWN_SERVICE) && name.equals("of")) {
                answering.put(type, object);
            }
        }
    }

    private void take(byte[] code) {
        ClassReader reader = new ClassReader(code);
        String shadow = reader.getClassName();
        if (shadow.equals(SERVICES)) {
            readServices(reader);
        }
        Shadow made = new Shadow();
        parents.put(shadow, reader.getSuperName());
        byShadow.put(shadow, made);
        reader.accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
                return descriptor.equals(IMPLEMENTS) ? new Implements(made) : null;
            }

            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return new MethodVisitor(Opcodes.ASM9) {
                    @Override
                    public AnnotationVisitor visitAnnotation(String annotation, boolean visible) {
                        return annotation.equals(IMPLEMENTATION) ? new Implementation(made, name) : null;
                    }
                };
            }
        }, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
    }

    /** A minimum or maximum that leaves this SDK out. */
    private static boolean leavesOut(String key, Object value) {
        int level = value instanceof Integer ? (Integer) value : -1;
        return level != -1 && (key.equals("minSdk") ? level > SDK : key.equals("maxSdk") && level < SDK);
    }

    private final class Implements extends AnnotationVisitor {
        private final Shadow made;
        private String shadowed;
        private boolean here = true;

        Implements(Shadow made) {
            super(Opcodes.ASM9);
            this.made = made;
        }

        @Override
        public void visit(String key, Object value) {
            here &= !leavesOut(key, value);
            if (key.equals("value") && !((Type) value).getDescriptor().equals("V")) {
                shadowed = ((Type) value).getInternalName();
            } else if (key.equals("className")) {
                shadowed = ((String) value).replace('.', '/');
            } else if (key.equals("callNativeMethodsByDefault")) {
                made.natives = (Boolean) value;
            } else if (key.equals("callThroughByDefault")) {
                made.leavesOut = !(Boolean) value;
            }
        }

        @Override
        public void visitEnd() {
            if (ofLab && shadowed != null) {
                own.add(shadowed);
            } else if (own.contains(shadowed)) {
                return;
            }
            if (shadowed != null && here) {
                Shadow before = of.putIfAbsent(shadowed, made);
                if (before != null) {
                    // Shares the set, so that what its own parents implement is added to both.
                    made.natives |= before.natives;
                    made.leavesOut &= before.leavesOut;
                    made.methods.addAll(before.methods);
                    of.put(shadowed, made);
                }
            }
        }
    }

    private static final class Implementation extends AnnotationVisitor {
        private final Shadow made;
        private String method;
        private boolean here = true;

        Implementation(Shadow made, String method) {
            super(Opcodes.ASM9);
            this.made = made;
            this.method = method;
        }

        @Override
        public void visit(String key, Object value) {
            here &= !leavesOut(key, value);
            if (key.equals("methodName") && !((String) value).isEmpty()) {
                method = (String) value;
            }
        }

        @Override
        public void visitEnd() {
            if (here) {
                made.methods.add(method);
            }
        }
    }

    /** Its table of services is code: a class constant, or a class's name, and what kind of proxy stands for it. */
    private void readServices(ClassReader reader) {
        reader.accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return name.equals("buildBinderServicesMap") ? new Table() : null;
            }
        }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }

    private final class Table extends MethodVisitor {
        private String binder;
        private boolean answered;

        Table() {
            super(Opcodes.ASM9);
        }

        @Override
        public void visitLdcInsn(Object value) {
            if (value instanceof Type) {
                binder = ((Type) value).getInternalName();
            } else if (value instanceof String && ((String) value).matches("(\\w+\\.)+I[A-Z]\\w*")) {
                binder = ((String) value).replace('.', '/');
            }
        }

        @Override
        public void visitFieldInsn(int code, String owner, String name, String descriptor) {
            answered |= owner.equals(BINDER_TYPE) && ANSWERED.contains(name);
        }

        @Override
        public void visitMethodInsn(int code, String owner, String name, String descriptor, boolean isInterface) {
            if (name.startsWith("addBinderService")) {
                if (binder != null && !answered) {
                    deaf.add(binder);
                }
                binder = null;
                answered = false;
            }
        }
    }
}
