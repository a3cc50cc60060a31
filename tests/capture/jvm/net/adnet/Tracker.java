package net.adnet;

import android.telephony.TelephonyManager;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

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

    public static ScheduledFuture<String> soon(ScheduledExecutorService pool, Callable<String> task) {
        return pool.schedule(task, 1, TimeUnit.MILLISECONDS);
    }

    public static CompletableFuture<String> common(Supplier<String> task) {
        return CompletableFuture.supplyAsync(task, ForkJoinPool.commonPool());
    }

    /** A part of the work given to another thread of the pool. */
    public static String forked(Callable<String> task) throws Exception {
        ForkJoinTask<String> part = ForkJoinTask.adapt(task);
        part.fork();
        return part.get();
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
