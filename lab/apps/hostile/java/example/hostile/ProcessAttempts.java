package example.hostile;

import android.content.Context;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Other processes, and too many of one's own. */
final class ProcessAttempts {
    private static final int PROCESS_LIMIT = 400;
    private static final int THREAD_LIMIT = 20000;
    private static final long MEMORY_LIMIT = 6L << 30;
    private static final int BLOCK = 16 << 20;

    private ProcessAttempts() {
    }

    private static List<Integer> others() {
        List<Integer> pids = new ArrayList<>();
        String[] names = new File("/proc").list();
        for (String name : names == null ? new String[0] : names) {
            if (name.matches("[0-9]+") && Integer.parseInt(name) != android.os.Process.myPid()) {
                pids.add(Integer.parseInt(name));
            }
        }
        return pids;
    }

    private static String commandLine(int pid) {
        try (java.io.FileInputStream in = new java.io.FileInputStream("/proc/" + pid + "/cmdline")) {
            byte[] buffer = new byte[512];
            int count = in.read(buffer);
            return count <= 0 ? "" : new String(buffer, 0, count, "UTF-8").replace('\0', ' ').trim();
        } catch (IOException held) {
            return "";
        }
    }

    /** Sees a process that does not belong to this app. */
    static final Attempt LIST = new Attempt("list_processes") {
        @Override
        String run(Context context) throws Exception {
            List<String> seen = new ArrayList<>();
            for (int pid : others()) {
                String command = commandLine(pid);
                if (!command.isEmpty() && !command.contains(context.getPackageName())) {
                    seen.add(pid + " " + command.substring(0, Math.min(60, command.length())));
                }
            }
            return FileAttempts.orFailed(seen, "no process of others can be seen");
        }
    };

    static final Attempt KILL = new Attempt("kill_processes") {
        @Override
        String run(Context context) throws Exception {
            List<Integer> before = others();
            for (int pid : before) {
                android.os.Process.killProcess(pid);
            }
            for (int pid = 1; pid < 50; pid++) {
                if (pid != android.os.Process.myPid()) {
                    android.os.Process.killProcess(pid);
                }
            }
            Thread.sleep(1000);
            List<String> gone = new ArrayList<>();
            List<Integer> after = others();
            for (int pid : before) {
                if (!after.contains(pid)) {
                    gone.add(String.valueOf(pid));
                }
            }
            return FileAttempts.orFailed(gone, "of " + before.size() + " processes seen none ended");
        }
    };

    /** Starts programs without waiting for them until the device says no. */
    static final Attempt FORK = new Attempt("fork") {
        @Override
        String run(Context context) throws Exception {
            String[][] programs = {
                {"/bin/sh", "-c", "sleep 120 & sleep 120"}, {"/system/bin/sh", "-c", "sleep 120 & sleep 120"},
                {"/proc/self/exe", "-version"}, {System.getProperty("java.home") + "/bin/java", "-XshowSettings:all", "-version"},
            };
            List<Process> started = new ArrayList<>();
            String why = "";
            try {
                for (String[] program : programs) {
                    try {
                        while (started.size() < PROCESS_LIMIT) {
                            started.add(new ProcessBuilder(program).start());
                        }
                    } catch (IOException held) {
                        why = held.getMessage();
                    }
                }
                int alive = 0;
                for (Process process : started) {
                    alive += isAlive(process) ? 1 : 0;
                }
                if (started.size() < PROCESS_LIMIT) {
                    throw new Failed("stopped after " + started.size() + " processes, " + alive + " alive: " + why);
                }
                return started.size() + " processes started, " + alive + " alive";
            } finally {
                for (Process process : started) {
                    process.destroy();
                }
            }
        }
    };

    private static boolean isAlive(Process process) {
        try {
            process.exitValue();
            return false;
        } catch (IllegalThreadStateException running) {
            return true;
        }
    }

    static final Attempt THREADS = new Attempt("threads") {
        @Override
        String run(Context context) throws Exception {
            final Object end = new Object();
            final boolean[] ended = {false};
            int count = 0;
            try {
                for (; count < THREAD_LIMIT; count++) {
                    Thread thread = new Thread(null, new Runnable() {
                        @Override
                        public void run() {
                            synchronized (end) {
                                while (!ended[0]) {
                                    try {
                                        end.wait();
                                    } catch (InterruptedException early) {
                                        return;
                                    }
                                }
                            }
                        }
                    }, "many", 64 << 10);
                    thread.setDaemon(true);
                    thread.start();
                }
                return THREAD_LIMIT + " threads";
            } catch (OutOfMemoryError held) {
                throw new Failed("stopped after " + count + " threads: " + held.getMessage());
            } finally {
                synchronized (end) {
                    ended[0] = true;
                    end.notifyAll();
                }
            }
        }
    };

    static final Attempt MEMORY = new Attempt("fill_memory") {
        @Override
        String run(Context context) throws Exception {
            List<Object> kept = new ArrayList<>();
            long taken = 0;
            String why = "";
            for (boolean direct : new boolean[] {false, true}) {
                try {
                    while (taken < MEMORY_LIMIT) {
                        kept.add(direct ? touched(ByteBuffer.allocateDirect(BLOCK)) : touched(ByteBuffer.allocate(BLOCK)));
                        taken += BLOCK;
                    }
                } catch (OutOfMemoryError held) {
                    why = held.getMessage();
                }
            }
            kept.clear();
            if (taken < MEMORY_LIMIT) {
                throw new Failed("stopped after " + (taken >> 20) + " MiB: " + why);
            }
            return (taken >> 20) + " MiB";
        }
    };

    private static ByteBuffer touched(ByteBuffer buffer) {
        for (int at = 0; at < buffer.capacity(); at += 4096) {
            buffer.put(at, (byte) 1);
        }
        return buffer;
    }
}
