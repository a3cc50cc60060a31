package example.collector;

import android.app.Activity;
import android.content.AsyncQueryHandler;
import android.content.ClipboardManager;
import android.content.CursorLoader;
import android.content.Loader;
import android.database.Cursor;
import android.location.LocationManager;
import android.os.AsyncTask;
import android.os.Handler;
import android.os.HandlerThread;
import android.os.Looper;
import android.provider.ContactsContract;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Handed over to another thread. */
final class Threads {
    private Threads() {
    }

    /** What a task got on its thread; what it threw is thrown here. */
    private static Object outcome(FutureTask<Object> task) throws Exception {
        try {
            return task.get();
        } catch (java.util.concurrent.ExecutionException failed) {
            throw (Exception) failed.getCause();
        }
    }

    static final Read[] ALL = {
        new Read("executor", "Android ID on a pool's thread", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                ExecutorService pool = Executors.newFixedThreadPool(2);
                try {
                    return pool.submit(new Callable<String>() {
                        @Override
                        public String call() {
                            return Settings.Secure.getString(activity.getContentResolver(), "android_id");
                        }
                    }).get();
                } finally {
                    pool.shutdown();
                }
            }
        },
        new Read("handler", "clipboard on the main thread", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                FutureTask<Object> task = new FutureTask<>(new Callable<Object>() {
                    @Override
                    public Object call() {
                        return Use.service(activity, ClipboardManager.class).getPrimaryClip();
                    }
                });
                new Handler(Looper.getMainLooper()).post(task);
                return outcome(task);
            }
        },
        new Read("handler_thread", "IMEI on a handler's thread", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                HandlerThread thread = new HandlerThread("collector");
                thread.start();
                FutureTask<Object> task = new FutureTask<>(new Callable<Object>() {
                    @Override
                    public Object call() {
                        return Use.service(activity, TelephonyManager.class).getImei();
                    }
                });
                new Handler(thread.getLooper()).post(task);
                try {
                    return outcome(task);
                } finally {
                    thread.quit();
                }
            }
        },
        new Read("thread", "last place on a thread", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                FutureTask<Object> task = new FutureTask<>(new Callable<Object>() {
                    @Override
                    public Object call() {
                        return Use.service(activity, LocationManager.class).getLastKnownLocation(LocationManager.GPS_PROVIDER);
                    }
                });
                new Thread(task, "collector").start();
                return outcome(task);
            }
        },
        new Read("async_task", "contacts in an AsyncTask", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                AsyncTask<Void, Void, String> task = new AsyncTask<Void, Void, String>() {
                    @Override
                    protected String doInBackground(Void... nothing) {
                        String[] columns = {"display_name"};
                        return Text.of(activity.getContentResolver().query(ContactsContract.Contacts.CONTENT_URI, columns, null, null, "_id"));
                    }
                };
                task.executeOnExecutor(AsyncTask.THREAD_POOL_EXECUTOR);
                return task.get();
            }
        },
        new Read("future", "operator in a CompletableFuture", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                ExecutorService pool = Executors.newSingleThreadExecutor();
                try {
                    return CompletableFuture.supplyAsync(new Supplier<Object>() {
                        @Override
                        public Object get() {
                            return Use.service(activity, TelephonyManager.class).getSimOperatorName();
                        }
                    }, pool).get();
                } finally {
                    pool.shutdown();
                }
            }
        },
        new Read("async_query", "contacts by a query that answers later", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                final CountDownLatch told = new CountDownLatch(1);
                final AtomicReference<String> got = new AtomicReference<>();
                new Handler(Looper.getMainLooper()).post(new Runnable() {
                    @Override
                    public void run() {
                        String[] columns = {"display_name"};
                        new AsyncQueryHandler(activity.getContentResolver()) {
                            @Override
                            protected void onQueryComplete(int token, Object cookie, Cursor cursor) {
                                got.set(Text.of(cursor));
                                told.countDown();
                            }
                        }.startQuery(0, null, ContactsContract.Contacts.CONTENT_URI, columns, null, null, "_id");
                    }
                });
                Use.await(told);
                return got.get();
            }
        },
        new Read("loader", "contacts on the thread of a loader", Route.THREAD_POOL) {
            @Override
            Object run(final Activity activity) throws Exception {
                final CountDownLatch told = new CountDownLatch(1);
                final AtomicReference<String> got = new AtomicReference<>();
                new Handler(Looper.getMainLooper()).post(new Runnable() {
                    @Override
                    public void run() {
                        String[] columns = {"display_name"};
                        CursorLoader loader = new CursorLoader(activity, ContactsContract.Contacts.CONTENT_URI, columns, null, null, "_id");
                        loader.registerListener(1, new Loader.OnLoadCompleteListener<Cursor>() {
                            @Override
                            public void onLoadComplete(Loader<Cursor> from, Cursor cursor) {
                                got.set(Text.of(cursor));
                                told.countDown();
                            }
                        });
                        loader.startLoading();
                    }
                });
                Use.await(told);
                return got.get();
            }
        },
    };
}
