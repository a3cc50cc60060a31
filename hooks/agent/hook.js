// What happens in a hooked call: the original runs with the very handles it was called with, its result
// and its exception go back untouched, and a record of it is put in the outbox.

import { isEmpty } from './render.js';

const NAME_MS = 500;
const LOCALS = 256;
const EVERY = 100; // beyond the limit of a second, one in so many is kept
const RECEIVER = { type: 'pointer', className: 'the receiver' };

export class Recorder {
  // `perSecond`: calls of one method from one call site that are kept; more are counted only.
  constructor({ jni, stacks, renderer, outbox, clock, vm, perSecond }) {
    Object.assign(this, { jni, stacks, renderer, outbox, clock, vm, perSecond });
    this.threads = new Map();
    this.sites = new Map();
    this.handoff = null; // set by it
  }

  thread(tid) {
    let t = this.threads.get(tid);
    if (t === undefined) {
      if (this.threads.size > 1024) this.threads = new Map([...this.threads].filter(([, s]) => s.busy || s.open.length > 0));
      t = { tid, busy: false, open: [], name: null, namedAt: -Infinity, via: [], base: [], identity: 0 };
      this.threads.set(tid, t);
    }
    return t;
  }

  // The function that stands in a method's place. `target`: {index, hooked, overload, candidates, holder}; its
  // `call` is set once the patch is made. Candidates: [{index, kind, value, empty, matches}].
  body(target) {
    const { candidates } = target;
    return (env, self, ...args) => {
      const t = this.thread(Process.getCurrentThreadId());
      if (t.busy) return target.call(env, self, args);
      let hit = null;
      let at = 0;
      t.busy = true;
      try {
        hit = this.choose(candidates, env, args, self);
        if (hit !== null) at = this.clock.now();
      } catch (e) {
        this.clear(env);
        this.outbox.fault(`${target.hooked.className}.${target.hooked.method} when`, e);
      } finally {
        t.busy = false;
      }
      if (hit === null) return target.call(env, self, args);
      t.open.push(hit.kind);
      const result = target.call(env, self, args);
      t.open.pop();
      t.busy = true;
      const thrown = this.jni.exceptionOccurred(env);
      if (!thrown.isNull()) this.jni.exceptionClear(env);
      try {
        this.record(target, hit, at, t, env, self, args, result, thrown);
      } catch (e) {
        this.clear(env);
        this.outbox.fault(`${target.hooked.className}.${target.hooked.method}`, e);
      } finally {
        t.busy = false;
        if (!thrown.isNull()) this.jni.throw(env, thrown);
      }
      return result;
    };
  }

  clear(env) {
    if (this.jni.exceptionCheck(env) !== 0) this.jni.exceptionClear(env);
  }

  choose(candidates, env, args, self) {
    const texts = new Map();
    for (const c of candidates) {
      if (c.matches === null || c.matches(env, args, texts, self)) return c;
    }
    return null;
  }

  record(target, hit, at, t, env, self, args, result, thrown) {
    const { jni } = this;
    jni.pushLocalFrame(env, LOCALS);
    try {
      this.vm.perform(() => {
        const stack = this.stacks.current(env, target.hooked);
        if (stack !== null && stack.framework && t.open.includes(hit.kind)) {
          this.outbox.nested++; // the framework's own way of serving a call that is recorded already
          return;
        }
        if (hit.direct && stack !== null && stack.framework) return; // its own business, of which it does a lot
        if (this.tooOften(target, stack)) {
          if (hit.personal) this.outbox.drop('rate');
          else this.outbox.skipped++; // how often an app hashes is no information on anybody
          return;
        }
        const { overload } = target;
        const shown = args.map((a, i) => this.renderer.value(env, a, overload.argumentTypes[i], 1));
        let outcome = 'value';
        let value = null;
        let error = null;
        if (!thrown.isNull()) {
          outcome = jni.is(env, thrown, 'java.lang.SecurityException') ? 'denied' : 'thrown';
          error = this.describe(env, thrown);
        } else if (hit.value === 'return') {
          value = this.renderer.value(env, result, overload.returnType);
        } else if (hit.value === 'act') {
          const type = overload.returnType.type;
          value = type === 'uint8' ? result !== 0 : null;
          if (value === false || (type === 'pointer' && result.isNull())) outcome = 'empty';
        } else if (hit.value === 'receiver') {
          value = this.renderer.value(env, self, RECEIVER);
        } else {
          value = this.renderer.value(env, args[hit.value], overload.argumentTypes[hit.value]);
        }
        if (outcome === 'value' && hit.value !== 'act' && isEmpty(value, hit.empty)) outcome = 'empty';
        const name = this.nameOf(t, env);
        const via = [...t.via, ...t.base];
        if (![stack, ...via].every((s) => s === null || this.stacks.tell(s))) {
          this.outbox.drop('full');
          return;
        }
        this.outbox.push((seq) => [seq, hit.index, target.index, at, t.tid, name, stack === null ? null : stack.id, outcome, shown,
          outcome === 'value' ? value : null, error, via.map((s) => s.id)]);
      });
    } finally {
      jni.popLocalFrame(env, NULL);
    }
  }

  describe(env, thrown) {
    const name = this.jni.className(env, thrown);
    let message = null;
    try {
      message = this.jni.callText(env, thrown, 'java.lang.Throwable', 'getMessage', 512);
    } catch (e) {
      message = '(its message cannot be read)';
    }
    return message === null ? name : `${name}: ${message}`;
  }

  nameOf(t, env) {
    const now = Date.now();
    if (now - t.namedAt > NAME_MS) {
      const { jni } = this;
      const current = jni.callStatic(env, 'java.lang.Thread', 'currentThread', '()Ljava/lang/Thread;');
      t.name = jni.callText(env, current, 'java.lang.Thread', 'getName', 256);
      if (this.handoff !== null) this.startedBy(t, env, current);
      t.namedAt = now;
    }
    return t.name;
  }

  // The stack that started the thread, found once: the kernel gives the number of a dead thread to a new one.
  startedBy(t, env, current) {
    const identity = this.handoff.identity(env, current);
    if (identity === t.identity) return;
    t.identity = identity;
    t.base = this.handoff.take(env, current);
  }

  tooOften(target, stack) {
    const key = target.index * 1e6 + (stack === null ? 0 : stack.id);
    const second = Math.floor(Date.now() / 1000);
    let site = this.sites.get(key);
    if (site === undefined) {
      site = { second, n: 0 };
      this.sites.set(key, site);
    }
    if (site.second !== second) {
      site.second = second;
      site.n = 0;
    }
    site.n++;
    return site.n > this.perSecond && site.n % EVERY !== 0;
  }
}
