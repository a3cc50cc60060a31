package com.example.shop;

import android.content.ContentResolver;
import android.database.Cursor;
import android.location.LocationManager;
import android.net.Uri;
import android.os.BinderProxy;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import android.telephony.Within;
import com.android.internal.telephony.IPhoneSubInfo;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import net.adnet.Tracker;

/** Waits for orders on standard input, does each and says what came of it in one line. */
public class Main {
    static final class Resolver extends ContentResolver {
        @Override
        public void nothing() {
        }
    }

    static ClassLoader plugins;

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("= parked");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String said;
            try {
                said = obey(line.split(" "));
            } catch (Throwable thrown) {
                said = "threw " + thrown;
            }
            System.out.println("= " + said.replace("\n", " "));
            System.out.flush();
        }
    }

    static String obey(String[] words) throws Exception {
        TelephonyManager manager = new TelephonyManager();
        ContentResolver resolver = new Resolver();
        switch (words[0]) {
            case "imei":
                return manager.getImei();
            case "imei-slot":
                return manager.getImei(Integer.parseInt(words[1]));
            case "sdk":
                return Tracker.collect(manager);
            case "deep":
                return Tracker.deep(manager, Integer.parseInt(words[1]));
            case "same-exception": {
                RuntimeException planted = new IllegalStateException("SIM is busy");
                TelephonyManager.answer = planted;
                try {
                    manager.getImei();
                    return "nothing was thrown";
                } catch (IllegalStateException caught) {
                    return caught == planted ? "same" : "another exception";
                } finally {
                    TelephonyManager.answer = "490154203237518";
                }
            }
            case "identity": {
                String odd = new String(new char[] {'a', 0, 'b', '\ud800', 'c'});
                Object thing = new Object();
                byte[] bytes = {1, 2, 3};
                TelephonyManager.answer = odd;
                boolean same = manager.getImei() == odd && TelephonyManager.same(thing) == thing
                    && manager.bytes(bytes) == bytes && TelephonyManager.same(null) == null;
                TelephonyManager.answer = "490154203237518";
                return same ? "same" : "changed";
            }
            case "mixed":
                return "" + manager.mixed(true, (byte) -2, 'A', (short) -300, 70000, 1L << 60, 1.5f, 2.25, "x", new String[] {"p", "q"})
                    + " " + manager.half(5f);
            case "answer": {
                String text = units(words.length > 1 ? words[1] : "");
                TelephonyManager.answer = text;
                boolean same = manager.getImei() == text;
                TelephonyManager.answer = "490154203237518";
                return same ? "same" : "changed";
            }
            case "bytes": {
                byte[] bytes = new byte[Integer.parseInt(words[1])];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (i % 251);
                }
                return "" + (manager.bytes(bytes) == bytes);
            }
            case "texts": {
                String[] texts = new String[Integer.parseInt(words[1])];
                java.util.Arrays.setAll(texts, n -> n == 1 ? null : units(words[2]));
                return "" + manager.mixed(true, (byte) 0, 'A', (short) 0, 0, 0, 0, 0, "x", texts);
            }
            case "empty": {
                TelephonyManager.answer = words[1].equals("null") ? null : words[1].equals("text") ? "" : "000000000000000";
                String got = manager.getImei();
                TelephonyManager.answer = "490154203237518";
                return "got " + got;
            }
            case "setting":
                return Settings.Secure.getString(resolver, words[1]);
            case "query": {
                Cursor cursor = resolver.query(new Uri(words[1]), null, null, null, null);
                int before = cursor.getPosition();
                return before + " of " + cursor.getCount();
            }
            case "location":
                return "" + (new LocationManager().getLastKnownLocation(words[1]) != null);
            case "providers":
                return "" + new LocationManager().getAllProviders();
            case "burst":
                return burst(manager, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "time":
                return time(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]), manager, resolver);
            case "last-words":
                burst(manager, 1, Integer.parseInt(words[1]));
                Runtime.getRuntime().exit(3);
                return "still here";
            case "halt":
                manager.getImei();
                Runtime.getRuntime().halt(4);
                return "still here";
            case "hot-within":
                return Within.hot(manager);
            case "hot-spy":
                return com.android.tracker.Spy.hot(manager);
            case "hot":
                return manager.hot();
            case "hot-reflected":
                return (String) TelephonyManager.class.getMethod("hot").invoke(manager);
            case "load":
                plugins = new URLClassLoader(new URL[] {Paths.get(words[1]).toUri().toURL()});
                return "loaded";
            case "plugin":
                return (String) plugins.loadClass("net.late.Plugin").getMethod("id").invoke(null);
            case "pool": {
                ExecutorService pool = Executors.newSingleThreadExecutor();
                Future<String> first = Tracker.later(pool, () -> manager.getImei());
                String got = first.get();
                pool.submit(() -> { manager.getImei(); }).get();
                pool.shutdown();
                return got;
            }
            case "scheduled": {
                ScheduledExecutorService pool = Executors.newSingleThreadScheduledExecutor();
                ScheduledFuture<String> first = Tracker.soon(pool, () -> manager.getImei());
                String got = first.get();
                pool.shutdown();
                return got;
            }
            case "fork-join":
                return Tracker.common(() -> manager.getImei()).get();
            case "forked":
                return new ForkJoinPool(2).submit(() -> Tracker.forked(() -> manager.getImei())).get();
            case "transact": {
                BinderProxy service = new BinderProxy(words[2]);
                BinderProxy.asked = 0;
                boolean done = words[1].equals("stub") ? IPhoneSubInfo.ask(service, null) : service.transact(1, null, null, 0);
                return done + " " + BinderProxy.asked;
            }
            case "called-back":
                return "" + IPhoneSubInfo.ask(new BinderProxy(words[1]), (Runnable) () -> manager.getImei());
            case "uncounted":
                return "" + resolver.query(new Uri("content://com.android.contacts/uncounted/" + words[1]), null, null, null, null).getCount();
            case "thread": {
                Thread thread = new Thread(() -> Tracker.inThread(() -> manager.getImei()), "outer");
                thread.start();
                thread.join();
                return "joined";
            }
            case "count":
                return count(manager, words[1], Integer.parseInt(words[2]));
            case "forever":
                for (;;) {
                    manager.getImei();
                    Thread.sleep(1);
                }
            default:
                return CoreLibrary.obey(words);
        }
    }

    /** UTF-16 in hexadecimal, four digits a unit. */
    static String units(String hex) {
        char[] units = new char[hex.length() / 4];
        for (int i = 0; i < units.length; i++) {
            units[i] = (char) Integer.parseInt(hex.substring(4 * i, 4 * i + 4), 16);
        }
        return new String(units);
    }

    /** Calls for ever on so many threads; how many calls each has finished stands in a mapped file, so that it outlives a kill. */
    static String count(TelephonyManager manager, String file, int threads) throws Exception {
        try (RandomAccessFile open = new RandomAccessFile(file, "rw")) {
            MappedByteBuffer finished = open.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, 8L * threads);
            finished.order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < threads; i++) {
                int place = 8 * i;
                new Thread(() -> {
                    for (long n = 1;; n++) {
                        manager.getImei();
                        finished.putLong(place, n);
                    }
                }, "worker-" + i).start();
            }
        }
        return "counting";
    }

    /** Nanoseconds for one call, the mean of so many, made so many frames deep. */
    static String time(String what, int calls, int depth, TelephonyManager manager, ContentResolver resolver) {
        if (depth > 0) {
            return time(what, calls, depth - 1, manager, resolver);
        }
        Uri cache = new Uri("content://net.adnet.cache/x");
        Uri contacts = new Uri("content://com.android.contacts/data/phones");
        String[] columns = {"_id", "display_name", "photo"};
        String[] arguments = {"2", "梁%"};
        long began = System.nanoTime();
        for (int n = 0; n < calls; n++) {
            switch (what) {
                case "imei":
                    manager.getImei();
                    break;
                case "setting":
                    Settings.Secure.getString(resolver, "screen_brightness");
                    break;
                case "contacts":
                    resolver.query(contacts, columns, "times_contacted > ? AND display_name LIKE ?", arguments, "display_name ASC");
                    break;
                default:
                    resolver.query(cache, columns, "times_contacted > ? AND display_name LIKE ?", arguments, "display_name ASC");
            }
        }
        return "" + (System.nanoTime() - began) / calls;
    }

    static String burst(TelephonyManager manager, int threads, int each) throws InterruptedException {
        Thread[] all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            all[i] = new Thread(() -> {
                for (int n = 0; n < each; n++) {
                    manager.getImei();
                }
            }, "worker-" + i);
            all[i].start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        return "done " + threads * each;
    }
}
