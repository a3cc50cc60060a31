// What happens in a hooked call: the original runs with the very handles it was called with, its result
// and its exception go back untouched, and a record of it is put in the outbox.

import { moved, positions } from './buffer.js';
import { ascii } from './outbox.js';
import { BODY } from './render.js';
import { headIn, localPort } from './request.js';

const NAME_MS = 500;
const SITES = 20000; // call sites that are counted at once
const EVERY = 100; // beyond the limit of a second, one in so many is kept
const RECEIVER = { type: 'pointer', className: 'the receiver' };

export class Recorder {
  // `perSecond`: calls of one method from one call site that are kept; more are counted only.
  constructor({ jni, stacks, renderer, outbox, clock, perSecond }) {
    Object.assign(this, { jni, stacks, renderer, outbox, clock, perSecond });
    this.threads = new Map();
    this.sites = new Map();
    this.handoff = null; // set by it
    this.tellsReceiver = renderer.teller(RECEIVER);
  }

  thread(tid) {
    let t = this.threads.get(tid);
    if (t === undefined) {
      if (this.threads.size > 1024) this.threads = new Map([...this.threads].filter(([, s]) => s.busy || s.open.length > 0));
      t = { tid, busy: false, open: [], name: 'null', namedAt: -Infinity, via: [], base: [], identity: 0 };
      this.threads.set(tid, t);
    }
    return t;
  }

  // The function that stands in a method's place. `target`: {index, hooked, overload, candidates, tellers, tellsResult, joined,
  // buffers}; its `call` is set once the patch is made. `joined`: calls on one object belong together, so which it was is told;
  // `buffers`: the places of arguments that are buffers and of which the bytes count, or null. Candidates: [{index, kind, value, empty, matches}].
  body(target) {
    const { candidates, stackFirst } = target;
    return (env, self, ...args) => {
      const t = this.thread(Process.getCurrentThreadId());
      if (t.busy) return target.call(env, self, args);
      let hit = null;
      let at = 0;
      let starts = null;
      t.busy = true;
      try {
        const passed = stackFirst && this.stacks.current(env, target.hooked, true)?.framework;
        if (!passed) hit = this.choose(candidates, env, args, self);
        if (hit !== null) {
          starts = positions(env, this.jni, target.buffers, args);
          at = this.clock.now();
        }
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
      const thrown = this.jni.exceptionCheck(env) === 0 ? null : this.jni.exceptionOccurred(env);
      if (thrown !== null) this.jni.exceptionClear(env);
      try {
        this.jni.framed(env, () => this.record(target, hit, at, t, env, self, args, result, thrown, starts));
      } catch (e) {
        this.clear(env);
        this.outbox.fault(`${target.hooked.className}.${target.hooked.method}`, e);
      } finally {
        t.busy = false;
        if (thrown !== null) this.jni.throw(env, thrown);
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

  record(target, hit, at, t, env, self, args, result, thrown, starts) {
    const { jni, renderer } = this;
    const stack = this.stacks.current(env, target.hooked, hit.direct || t.open.includes(hit.kind));
    if (stack !== null && stack.framework && t.open.includes(hit.kind)) {
      this.outbox.nested++; // the framework's own way of serving a call that is recorded already
      return;
    }
    if (hit.direct && stack !== null && stack.framework) return; // its own business, of which it does a lot
    if (this.refuses(target, hit, stack)) return;
    const writes = typeof hit.value === 'object'; // {request: N}: its bytes are in the traffic
    const shown = writes ? '[]' : this.shown(target, env, args, starts);
    let outcome = 'value';
    let value = 'null';
    let error = 'null';
    if (thrown !== null) {
      outcome = jni.is(env, thrown, 'java.lang.SecurityException') ? 'denied' : 'thrown';
      error = ascii(this.describe(env, thrown));
    } else if (hit.value === 'registered') {
      value = 'null'; // what comes back is a sticky broadcast, mostly none
    } else if (hit.value === 'act') {
      const { type } = target.overload.returnType;
      if (type === 'uint8') value = String(result !== 0);
      if (value === 'false' || (type === 'pointer' && result.isNull())) outcome = 'empty';
    } else {
      renderer.empty = false;
      if (writes) value = this.written(target, env, self, args, hit.value.request);
      else if (hit.value === 'return') value = target.tellsResult(env, result, hit.empty);
      else if (hit.value === 'receiver') value = this.tellsReceiver(env, self, hit.empty);
      else if (target.buffers?.includes(hit.value)) value = this.argument(target, env, args, hit.value, starts);
      else value = target.tellers[hit.value](env, args[hit.value], hit.empty);
      if (renderer.empty) outcome = 'empty';
    }
    if (outcome !== 'value') value = 'null';
    this.keep(target, hit, at, t, this.nameOf(t, env), stack, outcome, shown, value, error, target.joined ? jni.identity(env, self) : null);
  }

  shown(target, env, args, starts) {
    let shown = '[';
    for (let i = 0; i < args.length; i++) {
      if (i !== 0) shown += ',';
      shown += this.argument(target, env, args, i, starts);
    }
    return `${shown}]`;
  }

  // JSON of one argument; of a buffer the bytes that the call moved. `starts`: where the buffers stood before it.
  argument(target, env, args, i, starts) {
    const place = target.buffers === null || args[i].isNull() ? -1 : target.buffers.indexOf(i);
    if (place < 0) return target.tellers[i](env, args[i]);
    return moved(env, this.jni, this.renderer.texts, args[i], starts[place], BODY);
  }

  // The head of the request that is written, and the port of its connection where that can be had.
  written(target, env, self, args, at) {
    let port = null;
    try {
      port = localPort(env, this.jni, self, target.hooked.className);
    } catch (e) {
      this.clear(env); // a socket of another make
    }
    return ascii({ ...headIn(env, this.jni, args, at), port });
  }

  // Whether this call site has had enough of this method; counted.
  refuses(target, hit, stack) {
    if (!this.tooOften(target, stack)) return false;
    if (hit.personal) this.outbox.drop('rate');
    else this.outbox.skipped++; // how often an app hashes is no information on anybody
    return true;
  }

  // Puts a record in the outbox; `name`, `shown`, `value` and `error` are JSON; `object`: the number of the one called, or null.
  keep(target, hit, at, t, name, stack, outcome, shown, value, error, object = null) {
    if (stack !== null && !this.stacks.tell(stack)) {
      this.outbox.drop('full');
      return;
    }
    let via = '';
    for (const s of [...t.via, ...t.base]) {
      if (!this.stacks.tell(s)) {
        this.outbox.drop('full');
        return;
      }
      via += via === '' ? s.id : `,${s.id}`;
    }
    const head = `${hit.index},${target.index},${at},${t.tid},${name},${stack === null ? null : stack.id},"${outcome}"`;
    this.outbox.push(head, shown, value, `${error},[${via}],${object}`);
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

  // JSON of the thread's name, asked for now and then.
  nameOf(t, env) {
    const now = Date.now();
    if (now - t.namedAt > NAME_MS) {
      const { jni } = this;
      const current = jni.callStatic(env, 'java.lang.Thread', 'currentThread', '()Ljava/lang/Thread;');
      t.name = ascii(jni.callText(env, current, 'java.lang.Thread', 'getName', 256));
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
      if (this.sites.size > SITES) this.sites.clear(); // a second's count begins again
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
