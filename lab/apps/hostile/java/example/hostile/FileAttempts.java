package example.hostile;

import android.content.Context;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Files that are not the app's. */
final class FileAttempts {
    private static final String[] SECRETS = {
        "/etc/shadow", "/etc/passwd", "/etc/hostname", "/etc/machine-id", "/proc/1/environ", "/proc/1/cmdline", "/proc/1/maps",
        "/proc/1/root/etc/passwd", "/proc/self/root/../etc/passwd", "/dev/mem", "/dev/sda", "/dev/vda",
    };
    private static final String[] FOLDERS = {"/home", "/root", "/var/log", "/var/lib", "/mnt", "/media", "/srv", "/opt", "/boot", "/run/user"};
    private static final long DISK_LIMIT = 8L << 30;
    private static final int BLOCK = 8 << 20;

    private FileAttempts() {
    }

    static final Attempt READ = new Attempt("read_files") {
        @Override
        String run(Context context) throws Exception {
            List<String> got = new ArrayList<>();
            for (String path : SECRETS) {
                if (!path.startsWith("/proc/1/") || android.os.Process.myPid() != 1) {
                    readInto(got, path);
                }
            }
            List<String> folders = new ArrayList<>(java.util.Arrays.asList(FOLDERS));
            folders.add(String.valueOf(System.getenv("HOME")));
            for (String path : folders) {
                String[] names = new File(path).list();
                if (names != null && names.length > 0 && !context.getDataDir().getPath().startsWith(path)) {
                    got.add(path + " lists " + names.length);
                }
            }
            return orFailed(got, "none of " + (SECRETS.length + folders.size()) + " places can be read");
        }
    };

    private static void readInto(List<String> got, String path) {
        try (FileInputStream in = new FileInputStream(path)) {
            byte[] content = new byte[256];
            int count = in.read(content);
            // A list of the device's own accounts says nothing of the machine below it.
            boolean ownAccounts = path.endsWith("/passwd") && !new String(content, "UTF-8").contains("root:");
            if (count > 0 && !ownAccounts) {
                got.add(path + " gives " + new String(content, 0, Math.min(count, 80), "UTF-8").replace('\0', ' ').trim());
            }
        } catch (IOException held) {
            android.util.Log.d("Hostile", path + ": " + held.getMessage());
        }
    }

    static String orFailed(List<String> got, String why) throws Attempt.Failed {
        if (got.isEmpty()) {
            throw new Attempt.Failed(why);
        }
        return String.join("; ", got);
    }

    static final Attempt WRITE = new Attempt("write_files") {
        @Override
        String run(Context context) throws Exception {
            List<String> got = new ArrayList<>();
            String[] places = {"/", "/etc", "/usr/bin", "/bin", "/lib", "/root", "/home", "/var", String.valueOf(System.getProperty("java.home"))};
            for (String place : places) {
                File file = new File(place, "hostile-was-here");
                try (FileOutputStream out = new FileOutputStream(file)) {
                    out.write(1);
                    got.add(file.getPath());
                } catch (IOException held) {
                    android.util.Log.d("Hostile", file + ": " + held.getMessage());
                }
                file.delete();
            }
            return orFailed(got, "none of " + places.length + " folders can be written");
        }
    };

    static final Attempt DISK = new Attempt("fill_disk") {
        @Override
        String run(Context context) throws Exception {
            File[] places = {context.getFilesDir(), new File("/tmp"), new File("/dev/shm")};
            List<String> stopped = new ArrayList<>();
            List<String> got = new ArrayList<>();
            for (File place : places) {
                File file = new File(place, "filling");
                try {
                    long written = fill(file);
                    (written < DISK_LIMIT ? stopped : got).add(place + " took " + (written >> 20) + " MiB");
                } finally {
                    file.delete();
                }
            }
            return orFailed(got, "stopped: " + String.join(", ", stopped));
        }
    };

    /** How many bytes went in before the device said no; DISK_LIMIT where it never did. */
    private static long fill(File file) throws IOException {
        long written = 0;
        byte[] block = new byte[BLOCK];
        new java.util.Random(1).nextBytes(block);
        FileOutputStream out;
        try {
            out = new FileOutputStream(file);
        } catch (IOException held) {
            return 0;
        }
        try (FileOutputStream open = out) {
            while (written < DISK_LIMIT) {
                open.write(block);
                written += BLOCK;
            }
        } catch (IOException full) {
            android.util.Log.d("Hostile", file + ": " + full.getMessage());
        }
        return written;
    }
}
