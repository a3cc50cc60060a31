package lab.translator;

import java.util.Map;

/** Calls that mean something else on Android than on the JVM, and what stands in for them (lab.boot.Platform). */
final class Platform {
    static final String CLASS = "lab/boot/Platform";

    /** Static methods, and the one of {@link #CLASS} that is called instead. */
    static final Map<String, String> REPLACED = Map.of(
        "java/lang/ClassLoader.getSystemClassLoader()Ljava/lang/ClassLoader;", "systemClassLoader",
        "java/util/Collections.sort(Ljava/util/List;)V", "sort",
        "java/util/Collections.sort(Ljava/util/List;Ljava/util/Comparator;)V", "sort");

    private Platform() {
    }

    /** Whether it is System.loadLibrary or one of its kin: {@link #CLASS} has them with the caller's class behind. */
    static boolean loadsLibrary(String owner, String name, String descriptor) {
        return (owner.equals("java/lang/System") || owner.equals("java/lang/Runtime"))
            && (name.equals("loadLibrary") || name.equals("load")) && descriptor.equals("(Ljava/lang/String;)V");
    }

    /** Whether a handler for this type (internal name, or null for any) is one that is told of a library that is not there. */
    static boolean takesLinkErrors(String type) {
        return type != null && (type.equals("java/lang/UnsatisfiedLinkError") || type.equals("java/lang/LinkageError")
            || type.equals("java/lang/Error") || type.equals("java/lang/Throwable"));
    }
}
