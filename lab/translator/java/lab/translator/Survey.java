package lab.translator;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.instruction.FiveRegisterInstruction;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.iface.instruction.OneRegisterInstruction;
import org.jf.dexlib2.iface.instruction.ReferenceInstruction;
import org.jf.dexlib2.iface.instruction.RegisterRangeInstruction;
import org.jf.dexlib2.iface.reference.FieldReference;
import org.jf.dexlib2.iface.reference.MethodReference;
import org.jf.dexlib2.iface.reference.Reference;
import org.jf.dexlib2.iface.reference.StringReference;
import org.jf.dexlib2.iface.reference.TypeReference;

/**
 * What an APK's code asks of the lab device: `Survey APK CLASSPATH...`, the runtime's class path with the framework's jar.
 *
 * Writes to standard output, fields parted by tabs, classes and methods with dots: `class NAME` for each of the APK's, `refers CLASS
 * here|absent TIMES CALLER` for each class that it refers to and does not bring, `native METHOD` for each native method that it
 * declares, `load LIBRARY CALLER`, `missing class|method|field NAME TIMES CALLER` for what the framework does not have, `ends METHOD
 * WHY TIMES CALLER` for a method of the framework that ends in nothing, and, where it gives up (status 3), `bad WHERE WHY`.
 */
public final class Survey {
    private static final String STRING = "Ljava/lang/String;";
    private static final int DEPTH = 3;
    /** As on the device (lab.device.AppLoader): whose classes are never the app's. */
    private static final String[] FRAMEWORK = {
        "java/", "javax/", "android/", "dalvik/", "libcore/", "com/android/internal/", "org/json/", "org/xmlpull/", "org/w3c/",
        "org/xml/", "org/kxml2/", "sun/", "jdk/"
    };
    private static final String[] BUNDLED = {
        "android/support/", "android/arch/", "android/databinding/", "javax/inject/", "javax/annotation/"
    };

    private static final class Use {
        final String caller;
        int times;

        Use(String caller) {
            this.caller = caller;
        }
    }

    private final Map<String, ClassDef> app;
    private final Classes classes;
    private final Shadows shadows;
    private final java.lang.reflect.Method noop;
    private final Map<String, Use> types = new TreeMap<>();
    private final Map<String, Use> methods = new TreeMap<>();
    private final Map<String, Use> fields = new TreeMap<>();
    private final Map<String, String> loads = new LinkedHashMap<>();
    private final Map<String, String> reasons = new HashMap<>();
    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    private Survey(Map<String, ClassDef> app, Classes classes, Shadows shadows, java.lang.reflect.Method noop) {
        this.app = app;
        this.classes = classes;
        this.shadows = shadows;
        this.noop = noop;
    }

    public static void main(String[] arguments) throws Exception {
        List<File> path = new ArrayList<>();
        List<URL> urls = new ArrayList<>();
        List<ZipFile> jars = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            File one = new File(arguments[i]);
            path.add(one);
            urls.add(one.toURI().toURL());
            if (one.isFile()) {
                jars.add(new ZipFile(one));
            }
        }
        jars.sort((left, right) -> Boolean.compare(!left.getName().contains("android-all"), !right.getName().contains("android-all")));
        URLClassLoader lab = new URLClassLoader(urls.toArray(new URL[0]));
        java.lang.reflect.Method noop = lab.loadClass("lab.device.Noops").getMethod("why", String.class);
        Map<String, ClassDef> app;
        try {
            app = Main.readClasses(new File(arguments[0]));
        } catch (Main.BadDex problem) {
            Main.say("bad", problem.where, String.valueOf(problem.getCause()));
            System.exit(3);
            return;
        }
        new Survey(app, new Classes(jars), new Shadows(path), noop).run();
    }

    private void run() throws IOException, ReflectiveOperationException {
        Set<String> natives = new LinkedHashSet<>();
        try {
            for (ClassDef source : app.values()) {
                String name = Hierarchy.internal(source.getType());
                say("class", dots(name));
                for (Method method : source.getMethods()) {
                    String caller = dots(name) + "." + method.getName();
                    if (AccessFlags.NATIVE.isSet(method.getAccessFlags())) {
                        natives.add(caller);
                    }
                    if (method.getImplementation() != null) {
                        walk(method.getImplementation().getInstructions(), caller);
                    }
                }
            }
        } catch (RuntimeException problem) {
            // What dexlib2 throws where the file's tables lead nowhere.
            Main.say("bad", "its code", String.valueOf(problem));
            System.exit(3);
        }
        natives.forEach(method -> say("native", method));
        loads.forEach((library, caller) -> say("load", library, caller));
        for (Map.Entry<String, Use> entry : types.entrySet()) {
            Use use = entry.getValue();
            boolean here = classes.find(entry.getKey()) != null;
            say("refers", dots(entry.getKey()), here ? "here" : "absent", String.valueOf(use.times), use.caller);
            if (!here && isFramework(entry.getKey())) {
                say("missing", "class", dots(entry.getKey()), String.valueOf(use.times), use.caller);
            }
        }
        for (Map.Entry<String, Use> entry : methods.entrySet()) {
            judge(entry.getKey(), entry.getValue());
        }
        for (Map.Entry<String, Use> entry : fields.entrySet()) {
            int at = entry.getKey().indexOf(' ');
            String owner = entry.getKey().substring(0, at);
            String field = entry.getKey().substring(at + 1);
            if (classes.find(owner) != null && classes.declaring(owner, field, false) == null) {
                String name = dots(owner) + "." + field.substring(0, field.indexOf(':'));
                say("missing", "field", name, String.valueOf(entry.getValue().times), entry.getValue().caller);
            }
        }
        out.flush();
    }

    private void judge(String reference, Use use) throws IOException, ReflectiveOperationException {
        int at = reference.indexOf(' ');
        String owner = reference.substring(0, at);
        String member = reference.substring(at + 1);
        if (classes.find(owner) == null) {
            return;
        }
        String name = member.substring(0, member.indexOf('('));
        String declaring = classes.declaring(owner, member, true);
        if (declaring == null) {
            if (!classes.isBelow(owner, "java/lang/invoke/MethodHandle") && !classes.isBelow(owner, "java/lang/invoke/VarHandle")) {
                say("missing", "method", dots(owner) + "." + name, String.valueOf(use.times), use.caller);
            }
            return;
        }
        String why = ends(declaring, member, DEPTH);
        if (why != null) {
            say("ends", dots(declaring) + "." + name, why, String.valueOf(use.times), use.caller);
        }
    }

    /** Why a method of the framework ends in nothing; null where it does not, or that cannot be told. */
    private String ends(String owner, String member, int depth) throws IOException, ReflectiveOperationException {
        String key = owner + " " + member;
        if (!reasons.containsKey(key)) {
            reasons.put(key, null);
            reasons.put(key, reason(owner, member, depth));
        }
        return reasons.get(key);
    }

    private String reason(String owner, String member, int depth) throws IOException, ReflectiveOperationException {
        Classes.Declared declared = classes.find(owner);
        String name = member.substring(0, member.indexOf('('));
        Shadows.Shadow shadow = shadows.of.get(owner);
        String shadowed = name.equals("<init>") ? Classes.CONSTRUCTOR : name;
        if (declared == null || rightly(owner, name) || shadow != null && shadow.methods.contains(shadowed)) {
            return null;
        }
        if (declared.natives.contains(member)) {
            return shadow != null && shadow.natives ? null : "native, without an implementation";
        }
        if (shadow != null && shadow.leavesOut && !name.startsWith("<")) {
            return "left out by its shadow";
        }
        for (Classes.Call call : classes.calls(declared, member)) {
            String called = call.member.substring(0, call.member.indexOf('('));
            if (shadows.isDeaf(call.owner, called) && !called.equals("asBinder") && !rightly(call.owner, called)) {
                return "asks " + dots(call.owner) + "." + called;
            }
            if (call.owner.equals(owner) && depth > 0) {
                String why = ends(owner, call.member, depth - 1);
                if (why != null) {
                    return why.startsWith("native") ? "needs " + dots(owner) + "." + called : why;
                }
            }
        }
        return null;
    }

    private boolean rightly(String owner, String name) throws ReflectiveOperationException {
        return noop.invoke(null, dots(owner) + "." + name) != null;
    }

    private void walk(Iterable<? extends Instruction> instructions, String caller) {
        Map<Integer, String> strings = new HashMap<>();
        for (Instruction one : instructions) {
            if (!(one instanceof ReferenceInstruction)) {
                continue;
            }
            Reference reference = ((ReferenceInstruction) one).getReference();
            if (reference instanceof StringReference) {
                strings.put(((OneRegisterInstruction) one).getRegisterA(), ((StringReference) reference).getString());
            } else if (reference instanceof TypeReference) {
                type(((TypeReference) reference).getType(), caller);
            } else if (reference instanceof FieldReference) {
                FieldReference field = (FieldReference) reference;
                String owner = type(field.getDefiningClass(), caller);
                if (owner != null && isFramework(owner)) {
                    count(fields, owner + " " + field.getName() + ":" + field.getType(), caller);
                }
            } else if (reference instanceof MethodReference) {
                MethodReference method = (MethodReference) reference;
                String owner = type(method.getDefiningClass(), caller);
                if (owner != null && isFramework(owner)) {
                    String member = method.getName() + Registers.descriptor(method.getParameterTypes(), method.getReturnType());
                    count(methods, owner + " " + member, caller);
                }
                if (method.getName().equals("loadLibrary")) {
                    String library = strings.get(lastString(one, method));
                    if (library != null) {
                        loads.putIfAbsent(library, caller);
                    }
                }
            }
        }
    }

    /** The register of the last argument that is a text; -1 for none. A text before it may be the name of a class. */
    private static int lastString(Instruction one, MethodReference method) {
        int wanted = -1;
        int at = one.getOpcode().name.startsWith("invoke-static") ? 0 : 1;
        for (CharSequence type : method.getParameterTypes()) {
            wanted = type.toString().equals(STRING) ? at : wanted;
            at += type.toString().equals("J") || type.toString().equals("D") ? 2 : 1;
        }
        if (wanted < 0) {
            return -1;
        }
        if (one instanceof RegisterRangeInstruction) {
            return ((RegisterRangeInstruction) one).getStartRegister() + wanted;
        }
        FiveRegisterInstruction five = (FiveRegisterInstruction) one;
        int[] registers = {
            five.getRegisterC(), five.getRegisterD(), five.getRegisterE(), five.getRegisterF(), five.getRegisterG()
        };
        return registers[wanted];
    }

    /** The internal name of a class that is none of the APK's, counted; null for any other type. */
    private String type(String descriptor, String caller) {
        String name = descriptor.substring(descriptor.lastIndexOf('[') + 1);
        if (!name.startsWith("L") || descriptor.startsWith("[")) {
            return null;
        }
        name = Hierarchy.internal(name);
        if (app.containsKey(name) && (!isFramework(name) || !known(name))) {
            return null;
        }
        count(types, name, caller);
        return name;
    }

    private boolean known(String name) {
        try {
            return classes.find(name) != null;
        } catch (IOException problem) {
            throw new IllegalStateException(problem);
        }
    }

    private static void count(Map<String, Use> uses, String name, String caller) {
        uses.computeIfAbsent(name, key -> new Use(caller)).times++;
    }

    private static boolean isFramework(String name) {
        return begins(name, FRAMEWORK) && !begins(name, BUNDLED);
    }

    private static boolean begins(String name, String[] prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static String dots(String name) {
        return name.replace('/', '.');
    }

    private void say(String... fields) {
        StringBuilder line = new StringBuilder();
        for (String field : fields) {
            line.append(line.length() == 0 ? "" : "\t").append(field.replaceAll("[\\t\\r\\n]+", " "));
        }
        out.append(line).append('\n');
    }
}
