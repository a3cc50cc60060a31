package lab.translator;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jf.dexlib2.dexbacked.DexBackedDexFile;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.util.DexUtil;

/**
 * Translates an APK's classes: `Main APK OUT FRAMEWORK...`.
 *
 * Writes to standard output one line for each thing said, fields parted by tabs:
 * `total N`, `done N`, `replaced CLASS METHOD WHY` and, where it gives up (status 3), `bad WHERE WHY`.
 */
public final class Main {
    private static final String WHOLE_CLASS = "<class>";
    private static final int MOST_SAID = 500;
    private static final int MOST_REPLACED = 20_000;
    private static final int MOST_DEX = 512 << 20;

    private Main() {
    }

    static final class BadDex extends Exception {
        private static final long serialVersionUID = 1;
        final String where;

        BadDex(String where, Throwable cause) {
            super(cause);
            this.where = where;
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<ZipFile> framework = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            framework.add(new ZipFile(arguments[i]));
        }
        endWithParent();
        try {
            write(translate(readClasses(new File(arguments[0])), framework), arguments[1]);
        } catch (BadDex problem) {
            say("bad", problem.where, String.valueOf(problem.getCause()));
            System.exit(3);
        } catch (OutOfMemoryError problem) {
            say("bad", "all of it", "it takes more memory to translate than a translation is given");
            System.exit(3);
        }
    }

    /** Standard input is open as long as who started this lives and wants it. */
    private static void endWithParent() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // says nothing
                }
            } catch (IOException gone) {
                // gone
            }
            Runtime.getRuntime().halt(4);
        }, "parent");
        watch.setDaemon(true);
        watch.start();
    }

    static synchronized void say(String... fields) {
        StringBuilder line = new StringBuilder();
        for (String field : fields) {
            String shown = field.length() > MOST_SAID ? field.substring(0, MOST_SAID) + "..." : field;
            line.append(line.length() == 0 ? "" : "\t").append(shown.replaceAll("[\\t\\r\\n]+", " "));
        }
        System.out.println(line);
    }

    /** Classes by internal name; of two with one name the first counts, as on a device. */
    static Map<String, ClassDef> readClasses(File apk) throws IOException, BadDex {
        Map<String, ClassDef> classes = new LinkedHashMap<>();
        try (ZipFile archive = new ZipFile(apk)) {
            String name = "classes.dex";
            for (int number = 2; archive.getEntry(name) != null; number++) {
                try (InputStream in = archive.getInputStream(archive.getEntry(name))) {
                    for (ClassDef source : readDex(read(in, archive.getEntry(name).getSize())).getClasses()) {
                        classes.putIfAbsent(className(source.getType()), source);
                    }
                } catch (RuntimeException | IOException | StackOverflowError problem) {
                    throw new BadDex(name, problem);
                }
                name = "classes" + number + ".dex";
            }
        }
        return classes;
    }

    /** No more than the archive's directory says, which was looked at before: an entry may unpack to more. */
    private static byte[] read(InputStream in, long size) throws IOException {
        byte[] content = in.readNBytes((int) Math.min(size, MOST_DEX));
        if (content.length != size || in.read() >= 0) {
            throw new IOException("the archive says that it has " + size + " bytes, and it has not");
        }
        return content;
    }

    private static String className(String descriptor) {
        if (!descriptor.startsWith("L") || !descriptor.endsWith(";") || descriptor.length() < 3 || descriptor.length() > 0x4000) {
            throw new IllegalArgumentException("no class has a name such as " + descriptor);
        }
        return Hierarchy.internal(descriptor);
    }

    private static DexBackedDexFile readDex(byte[] content) {
        // Version 040 (Android 14) only allows more names than 039, which is the last that dexlib2 2.5.2 knows.
        if (content.length > 8 && content[4] == '0' && content[5] == '4' && content[6] == '0') {
            content[5] = '3';
            content[6] = '9';
        }
        DexUtil.verifyDexHeader(content, 0);
        return new DexBackedDexFile(null, content);
    }

    private static Map<String, byte[]> translate(Map<String, ClassDef> classes, List<ZipFile> framework)
            throws InterruptedException, BadDex {
        say("total", String.valueOf(classes.size()));
        Hierarchy hierarchy = new Hierarchy(classes, framework);
        Bridges bridges = new Bridges(hierarchy);
        Attributes attributes = new Attributes(classes);
        Map<String, byte[]> done = new ConcurrentHashMap<>();
        Set<String> next = classes.keySet();
        AtomicInteger count = new AtomicInteger();
        ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        Map<String, String[]> replaced = new ConcurrentHashMap<>();
        try {
            while (!next.isEmpty()) {
                Map<String, Future<?>> running = new LinkedHashMap<>();
                for (String name : next) {
                    running.put(name, workers.submit(() -> {
                        Map<String, String> faults = new TreeMap<>();
                        try {
                            ClassTranslator translator = new ClassTranslator(classes.get(name), hierarchy, bridges, attributes);
                            done.put(name, translator.translate());
                            faults.putAll(translator.replaced);
                        } catch (RuntimeException | StackOverflowError problem) {
                            done.remove(name); // who asks for it finds no such class
                            faults.put(WHOLE_CLASS, ClassTranslator.damage(problem));
                        }
                        faults.forEach((method, why) -> replaced.put(name + method, new String[] {name, method, why}));
                        int sofar = count.incrementAndGet();
                        if (sofar % 250 == 0) {
                            say("done", String.valueOf(sofar));
                        }
                    }));
                }
                await(running);
                next = bridges.takeChanged();
            }
        } finally {
            workers.shutdownNow();
        }
        new TreeMap<>(replaced).values().stream().limit(MOST_REPLACED)
            .forEach(entry -> say("replaced", entry[0].replace('/', '.'), entry[1], entry[2]));
        if (replaced.size() > MOST_REPLACED) {
            say("replaced", "and", String.valueOf(replaced.size() - MOST_REPLACED), "more, which are not listed");
        }
        return new TreeMap<>(done);
    }

    private static void await(Map<String, Future<?>> running) throws InterruptedException, BadDex {
        for (Map.Entry<String, Future<?>> entry : running.entrySet()) {
            try {
                entry.getValue().get();
            } catch (ExecutionException problem) {
                if (problem.getCause() instanceof OutOfMemoryError) {
                    throw (OutOfMemoryError) problem.getCause();
                }
                throw new BadDex(entry.getKey().replace('/', '.'), problem.getCause());
            }
        }
    }

    private static void write(Map<String, byte[]> classes, String path) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(Paths.get(path)));
                ZipOutputStream jar = new ZipOutputStream(file)) {
            jar.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey() + ".class");
                CRC32 sum = new CRC32();
                sum.update(entry.getValue());
                header.setCrc(sum.getValue());
                header.setSize(entry.getValue().length);
                header.setTime(0x1CFA4200000L); // 2033-01-01, whatever the zone: the same bytes each time
                jar.putNextEntry(header);
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        }
    }
}
