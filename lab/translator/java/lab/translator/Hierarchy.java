package lab.translator;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.Method;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;

/**
 * Superclasses of the app's, the framework's and the JDK's classes, by internal name. As on a boot class
 * path the framework's own names win over copies that an APK carries.
 */
final class Hierarchy {
    private static final String OBJECT = "java/lang/Object";
    private static final String[] BOOT = {"android/", "java/", "javax/", "dalvik/", "libcore/", "org/json/", "org/xmlpull/"};
    private static final Kin UNKNOWN = new Kin(OBJECT, false, false, false);

    private static final class Kin {
        final String parent;
        final boolean isInterface;
        final boolean known;
        final boolean fromApp;

        Kin(String parent, boolean isInterface, boolean known, boolean fromApp) {
            this.parent = parent;
            this.isInterface = isInterface;
            this.known = known;
            this.fromApp = fromApp;
        }
    }

    private final Map<String, ClassDef> app;
    private final List<ZipFile> framework;
    private final Map<String, Kin> cache = new ConcurrentHashMap<>();

    Hierarchy(Map<String, ClassDef> app, List<ZipFile> framework) {
        this.app = app;
        this.framework = framework;
    }

    boolean isInterface(String name) {
        return kin(name).isInterface;
    }

    boolean isKnown(String name) {
        return kin(name).known;
    }

    /** Whether the class's code comes from the APK, so that something can be added to it. */
    boolean isFromApp(String name) {
        return kin(name).fromApp;
    }

    String parent(String name) {
        return kin(name).parent;
    }

    /** The class that has the constructor: R8 leaves out those that only call the parent's, and calls them all the same. */
    String constructorOwner(String name, String descriptor) {
        String owner = name;
        Set<String> seen = new HashSet<>();
        while (isFromApp(owner) && !declaresConstructor(owner, descriptor) && parent(owner) != null) {
            if (!seen.add(owner)) {
                return name; // a class that is its own ancestor: it is never loaded
            }
            owner = parent(owner);
        }
        return owner;
    }

    private boolean declaresConstructor(String name, String descriptor) {
        for (Method method : app.get(name).getDirectMethods()) {
            if (method.getName().equals("<init>")
                && Registers.descriptor(method.getParameterTypes(), method.getReturnType()).equals(descriptor)) {
                return true;
            }
        }
        return false;
    }

    /** As the JVM's verifier sees it: interfaces count as Object. */
    String commonParent(String one, String other) {
        if (one.equals(other)) {
            return one;
        }
        if (isInterface(one) || isInterface(other)) {
            return OBJECT;
        }
        Set<String> above = new HashSet<>();
        for (String name = one; name != null && above.add(name); name = kin(name).parent) {
            // collects
        }
        Set<String> seen = new HashSet<>();
        for (String name = other; name != null && seen.add(name); name = kin(name).parent) {
            if (above.contains(name)) {
                return name;
            }
        }
        return OBJECT;
    }

    private Kin kin(String name) {
        Kin known = cache.get(name);
        if (known == null) {
            known = find(name);
            cache.put(name, known);
        }
        return known;
    }

    private Kin find(String name) {
        if (name.startsWith("[")) {
            return UNKNOWN;
        }
        boolean boot = false;
        for (String prefix : BOOT) {
            boot |= name.startsWith(prefix);
        }
        Kin found = boot ? fromFramework(name) : fromApp(name);
        if (found == null) {
            found = boot ? fromApp(name) : fromFramework(name);
        }
        return found == null ? UNKNOWN : found;
    }

    private Kin fromApp(String name) {
        ClassDef def = app.get(name);
        if (def == null) {
            return null;
        }
        String parent = def.getSuperclass();
        return new Kin(parent == null ? null : internal(parent), AccessFlags.INTERFACE.isSet(def.getAccessFlags()), true, true);
    }

    private Kin fromFramework(String name) {
        String path = name + ".class";
        try {
            for (ZipFile jar : framework) {
                ZipEntry entry = jar.getEntry(path);
                if (entry != null) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        return read(in);
                    }
                }
            }
            try (InputStream in = ClassLoader.getPlatformClassLoader().getResourceAsStream(path)) {
                return in == null ? null : read(in);
            }
        } catch (IOException problem) {
            throw new IllegalStateException("cannot read " + path, problem);
        }
    }

    private static Kin read(InputStream in) throws IOException {
        ClassReader reader = new ClassReader(in);
        return new Kin(reader.getSuperName(), (reader.getAccess() & Opcodes.ACC_INTERFACE) != 0, true, false);
    }

    /** "Ljava/lang/String;" -> "java/lang/String"; an array's descriptor stays as it is. */
    static String internal(String descriptor) {
        return descriptor.startsWith("L") ? descriptor.substring(1, descriptor.length() - 1) : descriptor;
    }
}
