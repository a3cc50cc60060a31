package lab.device;

import android.os.Binder;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import lab.boot.Reply;
import lab.boot.Wire;
import lab.device.shadows.LabBinder;

/**
 * Which thread carries a transaction out: the one that waits for the caller if there is such a one, else one of
 * the pool; oneway ones to the same object one after the other.
 */
final class BinderThreads {
  private static final int POOL = 15; // ProcessState.cpp: DEFAULT_MAX_BINDER_THREADS

  private static final class Call {
    final Map<String, Object> arguments;
    final Reply reply;

    Call(Map<String, Object> arguments, Reply reply) {
      this.arguments = arguments;
      this.reply = reply;
    }
  }

  /** A thread that waits for answers, and carries out what comes back to it meanwhile. */
  private static final class Waiting {
    final long number;
    final Deque<Call> calls = new ArrayDeque<>();
    int asks;

    Waiting(long number) {
      this.number = number;
    }
  }

  private static final class Slot {
    Map<String, Object> answer;
  }

  private static final Method ON_TRANSACT;

  static {
    try {
      ON_TRANSACT = Binder.class.getDeclaredMethod("onTransact", int.class, Parcel.class, Parcel.class, int.class);
      ON_TRANSACT.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Binders binders;
  private final ThreadPoolExecutor pool;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final ThreadLocal<Waiting> mine = ThreadLocal.withInitial(() -> new Waiting(numbers.incrementAndGet()));
  private final ThreadLocal<Long> serving = new ThreadLocal<>();
  private final Map<Long, Deque<Call>> oneway = new HashMap<>();

  BinderThreads(Binders binders) {
    this.binders = binders;
    AtomicInteger count = new AtomicInteger(1); // Binder:1 reads the socket
    pool =
        new ThreadPoolExecutor(
            POOL,
            POOL,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "Binder:" + count.incrementAndGet());
              thread.setDaemon(true);
              if (DeviceMain.app() != null) {
                thread.setContextClassLoader(DeviceMain.app().loader());
              }
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  static boolean onTransact(Binder object, int code, Parcel data, Parcel reply, int flags) throws RemoteException {
    try {
      return (Boolean) ON_TRANSACT.invoke(object, code, data, reply, flags);
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getCause();
      if (thrown instanceof RemoteException) {
        throw (RemoteException) thrown;
      }
      if (thrown instanceof RuntimeException) {
        throw (RuntimeException) thrown;
      }
      throw (Error) thrown;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks the daemon to carry a transaction out elsewhere and waits, like a phone's thread in the driver: uninterruptibly. */
  Map<String, Object> ask(Wire wire, Object... keysAndValues) {
    Waiting me = mine.get();
    Slot slot = new Slot();
    Object[] all = Arrays.copyOf(keysAndValues, keysAndValues.length + 4);
    all[keysAndValues.length] = "thread";
    all[keysAndValues.length + 1] = me.number;
    all[keysAndValues.length + 2] = "within";
    all[keysAndValues.length + 3] = serving.get();
    synchronized (me) {
      if (me.asks++ == 0) {
        waiting.put(me.number, me);
      }
    }
    boolean interrupted = false;
    try {
      wire.ask(
          "transact",
          answer -> {
            synchronized (me) {
              slot.answer = answer;
              me.notifyAll();
            }
          },
          all);
      while (true) {
        Call call;
        synchronized (me) {
          while (slot.answer == null && me.calls.isEmpty()) {
            try {
              me.wait();
            } catch (InterruptedException e) {
              interrupted = true;
            }
          }
          if (me.calls.isEmpty()) {
            if (--me.asks == 0) {
              waiting.remove(me.number);
            }
            return slot.answer;
          }
          call = me.calls.poll();
        }
        serve(call);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A transaction has arrived; from the reader's thread. */
  void take(Map<String, Object> arguments, Reply reply) {
    Call call = new Call(arguments, reply);
    if ((Binders.number(arguments, "flags") & IBinder.FLAG_ONEWAY) != 0) {
      takeOneway(Binders.number(arguments, "own"), call);
      return;
    }
    Waiting thread = waiting.get(Binders.number(arguments, "thread"));
    if (thread != null) {
      synchronized (thread) {
        if (thread.asks > 0) {
          thread.calls.add(call);
          thread.notifyAll();
          return;
        }
      }
    }
    pool.execute(() -> serve(call));
  }

  void run(Runnable work) {
    pool.execute(work);
  }

  private void takeOneway(long own, Call call) {
    synchronized (oneway) {
      Deque<Call> before = oneway.get(own);
      if (before != null) {
        before.add(call);
        return;
      }
      oneway.put(own, new ArrayDeque<>());
    }
    pool.execute(() -> serveOneway(own, call));
  }

  private void serveOneway(long own, Call call) {
    serve(call);
    Call next;
    synchronized (oneway) {
      next = oneway.get(own).poll();
      if (next == null) {
        oneway.remove(own);
        return;
      }
    }
    pool.execute(() -> serveOneway(own, next));
  }

  private void serve(Call call) {
    Long before = serving.get();
    Object transaction = call.arguments.get("transaction");
    serving.set(transaction == null ? null : ((Number) transaction).longValue());
    long identity =
        LabBinder.enter((int) Binders.number(call.arguments, "uid"), (int) Binders.number(call.arguments, "pid"));
    try {
      call.reply.done(binders.serve(call.arguments));
    } catch (RuntimeException e) {
      call.reply.failed(e.toString());
    } catch (Error e) {
      // As JavaBBinder: an Error ends the process.
      call.reply.failed(e.toString());
      DeviceMain.crashed(e);
    } finally {
      LabBinder.leave(identity);
      serving.set(before);
    }
  }
}
