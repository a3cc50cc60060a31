package lab.emulator;

import com.github.unidbg.AbstractEmulator;
import com.github.unidbg.arm.backend.BackendException;
import com.github.unidbg.signal.SigSet;
import com.github.unidbg.signal.SignalTask;
import com.github.unidbg.thread.MainTask;
import com.github.unidbg.thread.PopContextException;
import com.github.unidbg.thread.RunnableTask;
import com.github.unidbg.thread.Task;
import com.github.unidbg.thread.ThreadDispatcher;
import com.github.unidbg.thread.ThreadTask;
import emulated.NativeThread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Whose turn the processor is. unidbg's own cannot begin a call within a call; here what JNI asks of Java is done while the
 * processor stands still, so that Java may call native code again. Threads that the code makes have their turns while the call
 * from Java waits, and when none is running (Machine).
 */
final class Dispatcher implements ThreadDispatcher {
  private static final long PAUSE_MILLIS = 2;

  private final AbstractEmulator<?> emulator;
  private final List<Task> threads = new ArrayList<>();
  /** Calls from Java that have not returned, the innermost last. */
  private final List<Task> calls = new ArrayList<>();

  /** Tasks whose call of Java has not returned: they go on when it has. */
  private final Set<Task> inJava = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Calls that a thread of the code's own has made through Java. */
  private final Map<RunnableTask, Object> owners = new IdentityHashMap<>();

  private RunnableTask running;
  private Environment environment;
  private SigSet masked;
  private SigSet pending;

  Dispatcher(AbstractEmulator<?> emulator) {
    this.emulator = emulator;
  }

  void serve(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Number runMainForResult(MainTask call) {
    RunnableTask outer = running;
    calls.add(call);
    owners.put(call, ownerOf(outer));
    try {
      while (true) {
        if (call.canDispatch()) {
          Number result = step(call);
          if (result != null) {
            return result;
          }
        }
        boolean waits = !call.canDispatch();
        if ((waits || Machine.WATCH.takeSliced()) && !others() && waits) {
          pause();
        }
      }
    } finally {
      calls.remove(calls.size() - 1);
      owners.remove(call);
      call.destroy(emulator);
      turnTo(outer);
    }
  }

  /** Runs a task until it ends (its result), calls Java, or waits (null). */
  private Number step(Task task) {
    turnTo(task);
    Number result;
    try {
      result = task.dispatch(emulator);
    } catch (PopContextException pop) {
      task.popContext(emulator);
      return null;
    }
    if (environment != null && environment.waits()) {
      task.saveContext(emulator);
      inJava.add(task);
      try {
        if (task instanceof ThreadTask) {
          NativeThread.run(() -> runWaiting(task));
        } else {
          runWaiting(task);
        }
      } catch (BackendException fault) {
        Machine.around.ended(Crash.SIGSEGV, 0, "code 1 (SEGV_MAPERR), " + fault.getMessage() + ", in a function of JNI");
      } finally {
        inJava.remove(task);
      }
      task.saveContext(emulator);
      return null;
    }
    if (result == null || !Machine.WATCH.returned(emulator, result)) {
      task.saveContext(emulator);
      return null;
    }
    return result;
  }

  /** The thread of the code's own on whose behalf a task runs, or null: the call from Java. */
  private Object ownerOf(RunnableTask task) {
    return task instanceof ThreadTask ? task : owners.get(task);
  }

  private void runWaiting(Task task) {
    environment.runWaiting(
        () -> {
          turnTo(task);
          task.restoreContext(emulator);
        });
  }

  private void turnTo(RunnableTask task) {
    running = task;
    emulator.set(Task.TASK_KEY, task);
    if (environment != null) {
      environment.turnTo(ownerOf(task));
    }
  }

  /** Gives every thread of the code's own a turn. Returns whether any could go on. */
  boolean others() {
    RunnableTask before = running;
    boolean went = false;
    for (Task thread : new ArrayList<>(threads)) {
      if (inJava.contains(thread) || !thread.canDispatch()) {
        continue;
      }
      went = true;
      Number result = step(thread);
      if (result != null || thread.isFinish()) {
        threads.remove(thread);
        thread.destroy(emulator);
        if (environment != null) {
          environment.forget(thread);
        }
      }
    }
    turnTo(before);
    return went;
  }

  boolean hasThreads() {
    return !threads.isEmpty();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void addThread(ThreadTask task) {
    threads.add(task);
  }

  @Override
  public List<Task> getTaskList() {
    List<Task> all = new ArrayList<>(calls);
    all.addAll(threads);
    return all;
  }

  @Override
  public void runThreads(long timeout, TimeUnit unit) {
    others();
  }

  @Override
  public int getTaskCount() {
    return calls.size() + threads.size();
  }

  /** Handlers of signals are not run: what sends one to itself is told that it went. */
  @Override
  public boolean sendSignal(int tid, int sig, SignalTask signalTask) {
    return true;
  }

  @Override
  public RunnableTask getRunningTask() {
    return running;
  }

  @Override
  public SigSet getSigMaskSet() {
    return masked;
  }

  @Override
  public SigSet getSigPendingSet() {
    return pending;
  }

  @Override
  public void setSigMaskSet(SigSet set) {
    masked = set;
  }

  @Override
  public void setSigPendingSet(SigSet set) {
    pending = set;
  }
}
