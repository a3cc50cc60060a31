package lab.translator;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads and verifies every class of a translated jar: `Check JAR FRAMEWORK...`. Says `refused CLASS WHY` for
 * each that the JVM does not take and `checked N`. Reading a class's methods makes the JVM link, and so verify, it.
 */
public final class Check {
    private Check() {
    }

    public static void main(String[] arguments) throws Exception {
        URL[] framework = new URL[arguments.length - 1];
        for (int i = 1; i < arguments.length; i++) {
            framework[i - 1] = url(arguments[i]);
        }
        ClassLoader boot = new URLClassLoader(framework, ClassLoader.getPlatformClassLoader());
        ClassLoader app = new URLClassLoader(new URL[] {url(arguments[0])}, boot);
        Map<String, String> refused = new TreeMap<>();
        List<String> names = names(arguments[0]);
        for (String name : names) {
            try {
                Class.forName(name, false, app).getDeclaredMethods();
            } catch (LinkageError problem) {
                refused.put(name, String.valueOf(problem).replaceAll("\\s+", " "));
            }
        }
        refused.forEach((name, why) -> System.out.println("refused\t" + name + "\t" + why));
        System.out.println("checked\t" + names.size());
    }

    private static URL url(String path) throws MalformedURLException {
        return new File(path).toURI().toURL();
    }

    private static List<String> names(String jar) throws Exception {
        List<String> names = new ArrayList<>();
        try (ZipFile archive = new ZipFile(jar)) {
            for (ZipEntry entry : Collections.list(archive.entries())) {
                if (entry.getName().endsWith(".class")) {
                    names.add(entry.getName().replace(".class", "").replace('/', '.'));
                }
            }
        }
        return names;
    }
}
