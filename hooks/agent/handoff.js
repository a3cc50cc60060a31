// Who handed a piece of work to the thread that does it: the stack of the submitting call goes with the task.
//
// Executors, fork-join pools, handlers and new threads. A task is known by its identity hash from the moment it is handed over to the
// moment it runs; what it hands over in its turn remembers both, up to four stacks back.

const KEPT = 4096; // tasks that wait; of more the oldest are forgotten
const BACK = 4;

const RUNNABLE = 'java.lang.Runnable';
const EXECUTOR = 'java.util.concurrent.ThreadPoolExecutor';
const MESSAGE = 'android.os.Message';
const FORK = 'java.util.concurrent.ForkJoinTask';
const POOL = 'java.util.concurrent.ForkJoinPool';
const THREAD = 'java.lang.Thread';
const NOTHING = { className: '', method: '' };

// {what is hooked, where the task is: an argument's place or 'self'}. `also`: the method by which other versions of the class do the same.
const SUBMITS = [
  { className: EXECUTOR, method: 'execute', types: [RUNNABLE], task: 0 },
  { className: 'java.util.concurrent.ScheduledThreadPoolExecutor', method: 'delayedExecute',
    types: ['java.util.concurrent.RunnableScheduledFuture'], task: 0 },
  { className: 'android.os.AsyncTask$SerialExecutor', method: 'execute', types: [RUNNABLE], task: 0 },
  { className: POOL, method: 'externalSubmit', types: [FORK], task: 0, also: { method: 'externalPush', types: [FORK] } },
  { className: FORK, method: 'fork', types: [], task: 'self' },
  { className: 'android.os.MessageQueue', method: 'enqueueMessage', types: [MESSAGE, 'long'], task: 0 },
  { className: THREAD, method: 'start', types: [], task: 'self' },
];
// `around`: the work is done when the method returns. `within`: it may run inside other handed-over work, which counts where nobody
// handed over this one.
const RUNS = [
  { className: 'android.os.Handler', method: 'dispatchMessage', types: [MESSAGE], task: 0, around: true },
  { className: EXECUTOR, method: 'beforeExecute', types: ['java.lang.Thread', RUNNABLE], task: 1 },
  { className: FORK, method: 'doExec', types: [], task: 'self', around: true, within: true },
  { className: 'java.util.concurrent.FutureTask', method: 'run', types: [], task: 'self', around: true, within: true },
];
const ENDS = [{ className: EXECUTOR, method: 'afterExecute', types: [RUNNABLE, 'java.lang.Throwable'] }];

export class Handoff {
  constructor({ jni, stacks, recorder, outbox }) {
    Object.assign(this, { jni, stacks, recorder, outbox });
    this.tasks = new Map();
    recorder.handoff = this;
  }

  // `swap(hooked, body)` puts a body in a method's place; false where the device has no such method. Gives the methods
  // that it could not watch.
  install(swap) {
    const missing = [];
    const put = (hooked, make) => {
      const { also } = hooked;
      const there = swap(hooked, make) || (also !== undefined && swap({ ...hooked, ...also }, make));
      if (!there) missing.push(`${hooked.className}.${hooked.method}`);
    };
    for (const submit of SUBMITS) put(submit, (target) => this.submitted(submit, target));
    for (const run of RUNS) put(run, (target) => this.begins(run, target));
    for (const end of ENDS) put(end, (target) => this.ends(target));
    return missing;
  }

  submitted(submit, target) {
    return (env, self, ...args) => {
      this.quietly(env, submit, (t) => {
        const task = submit.task === 'self' ? self : args[submit.task];
        if (task.isNull()) return;
        // That a thread was started stands on the stack: unlike a task, a thread may serve many.
        const stack = this.stacks.current(env, submit.className === THREAD ? NOTHING : submit);
        if (stack === null) return;
        this.recorder.nameOf(t, env); // who started this thread, too
        const key = this.identity(env, task);
        this.tasks.delete(key);
        this.tasks.set(key, [stack, ...t.via, ...t.base].slice(0, BACK));
        if (this.tasks.size > KEPT) this.tasks.delete(this.tasks.keys().next().value);
      });
      return target.call(env, self, args);
    };
  }

  begins(run, target) {
    return (env, self, ...args) => {
      let thread = null;
      let before = null;
      this.quietly(env, run, (t) => {
        thread = t;
        before = t.via;
        const via = this.take(env, run.task === 'self' ? self : args[run.task]);
        if (via.length > 0 || !run.within) t.via = via;
      });
      const result = target.call(env, self, args);
      if (run.around && thread !== null) thread.via = before;
      return result;
    };
  }

  ends(target) {
    return (env, self, ...args) => {
      this.recorder.thread(Process.getCurrentThreadId()).via = [];
      return target.call(env, self, args);
    };
  }

  // The stacks that a task was handed over by, nearest first; it is forgotten with that.
  take(env, task) {
    if (task.isNull()) return [];
    const key = this.identity(env, task);
    const stacks = this.tasks.get(key);
    if (stacks === undefined) return [];
    this.tasks.delete(key);
    return stacks;
  }

  identity(env, object) {
    return this.jni.identity(env, object);
  }

  // An error of ours never reaches the app; what we do in a hook is not hooked.
  quietly(env, hooked, action) {
    const t = this.recorder.thread(Process.getCurrentThreadId());
    if (t.busy) return;
    t.busy = true;
    try {
      action(t);
    } catch (e) {
      this.recorder.clear(env);
      this.outbox.note(`${hooked.className}.${hooked.method} hand-over`, e);
    } finally {
      t.busy = false;
    }
  }
}
