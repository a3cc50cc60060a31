package net.adnet;

import android.telephony.TelephonyManager;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Plays an advertising SDK, so that two callers of one method can be told apart. */
public class Tracker {
    public static String collect(TelephonyManager manager) {
        return manager.getImei();
    }

    public static String deep(TelephonyManager manager, int depth) {
        return depth == 0 ? manager.getImei() : deep(manager, depth - 1);
    }

    public static Future<String> later(ExecutorService pool, Callable<String> task) {
        return pool.submit(task);
    }

    public static void inThread(Callable<String> task) {
        Thread inner = new Thread(() -> {
            try {
                task.call();
            } catch (Exception bad) {
                throw new IllegalStateException(bad);
            }
        }, "inner");
        inner.start();
        try {
            inner.join();
        } catch (InterruptedException bad) {
            throw new IllegalStateException(bad);
        }
    }
}
