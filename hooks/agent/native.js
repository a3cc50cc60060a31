// Functions of the C library that read what the catalogue watches, called from a library of the app's own.
//
// The system's libraries call them all day, on threads that must not wait for the script lock (one that writes a trace holds
// every Java thread back meanwhile). So C looks at the return address, and only a call from the app's libraries comes here. A
// forked child has the parent's ring and perhaps the lock of a thread that it has not: there C passes everything on.
// Written for bionic; on HotSpot tried with functions of glibc.

import { compileTexts } from './match.js';
import { ascii } from './outbox.js';

const PROPERTY_MAX = 92; // of sys/system_properties.h, its zero included
const ARGUMENTS = 3;
const PERM = 1; // errno
const ACCES = 13;
// Those that answer with a pointer: null where they fail. The others give -1.
const GIVE_POINTERS = new Set(['fopen', 'popen', '__system_property_find']);

const SOURCE = `
#include <gum/guminterceptor.h>

typedef struct { gsize count; struct { gsize from; gsize to; } of[1]; } Ranges;
typedef struct { gint call; } Invocation;

extern Ranges * volatile ranges;
extern gint entered (gpointer target, gsize * arguments, gsize from);
extern void left (gint call, gpointer result, gint error);
extern gint getpid (void);
extern gint owner;

void
enter (GumInvocationContext * ic)
{
  Invocation * one = GUM_IC_GET_INVOCATION_DATA (ic, Invocation);
  Ranges * own = ranges;
  gsize from = (gsize) gum_invocation_context_get_return_address (ic), i;
  one->call = 0;
  if (getpid () != owner) return;
  for (i = 0; i != own->count; i++)
  {
    if (from >= own->of[i].from && from < own->of[i].to)
    {
      gsize arguments[${ARGUMENTS}];
      guint n;
      for (n = 0; n != ${ARGUMENTS}; n++) arguments[n] = (gsize) gum_invocation_context_get_nth_argument (ic, n);
      one->call = entered (GUM_IC_GET_FUNC_DATA (ic, gpointer), arguments, from);
      return;
    }
  }
}

void
leave (GumInvocationContext * ic)
{
  Invocation * one = GUM_IC_GET_INVOCATION_DATA (ic, Invocation);
  if (one->call != 0) left (one->call, gum_invocation_context_get_return_value (ic), ic->system_error);
}
`;

export class NativeReads {
  // `own`: a pattern of the paths under which the app's libraries lie.
  constructor({ recorder, stacks, outbox, clock, vm, jni, own }) {
    Object.assign(this, { recorder, stacks, outbox, clock, vm, jni });
    this.own = new RegExp(own);
    this.watched = new Map();  // number -> target
    this.calls = new Map();    // number -> a call that is under way
    this.called = 0;
    this.cell = Memory.alloc(Process.pointerSize);
    this.tables = [];
    this.modules = new ModuleMap((module) => this.own.test(module.path));
    this.module = null;
    this.update();
    for (const { path } of this.modules.values()) send({ type: 'native', path });
  }

  // Watches the function of a hook; `index` is its place among the targets.
  install(hook, index) {
    const report = { method: hook.index, status: 'installed', why: '', overloads: [] };
    const library = Process.findModuleByName(hook.className);
    const address = library?.findExportByName(hook.method) ?? null;
    if (address === null) {
      return { ...report, status: 'absent', why: library === null ? `there is no ${hook.className} in the process` : `${hook.className} has no ${hook.method}` };
    }
    const candidates = hook.candidates.map((c) => ({ ...c, matches: compileTexts(c.when), empty: new Set(c.empty) }));
    const number = index + 1; // not zero
    this.watched.set(number, { index, hooked: hook, candidates });
    try {
      const { enter, leave } = this.compiled();
      Interceptor.attach(address, { onEnter: enter, onLeave: leave }, ptr(number));
    } catch (e) {
      return { ...report, status: 'failed', why: e.message };
    }
    report.overloads.push({ signature: '(native)', status: 'installed', why: '', target: index });
    return report;
  }

  compiled() {
    if (this.module === null) {
      const p = 'pointer';
      this.entered = new NativeCallback((target, args, from) => this.enters(target.toUInt32(), args, from), 'int', [p, p, p]);
      this.left = new NativeCallback((call, result, error) => this.leaves(call, result, error), 'void', ['int', p, 'int']);
      this.owner = Memory.alloc(4).writeInt(Process.id);
      const getpid = Module.getGlobalExportByName('getpid');
      this.module = new CModule(SOURCE, { ranges: this.cell, entered: this.entered, left: this.left, owner: this.owner, getpid });
    }
    return this.module;
  }

  // Most libraries that come and go are the system's.
  came(module) {
    if (!this.own.test(module.path)) return;
    this.update();
    send({ type: 'native', path: module.path });
  }

  went(module) {
    if (this.own.test(module.path)) this.update();
  }

  // The app's libraries changed. A table that a thread may still be reading stays.
  update() {
    this.modules.update();
    const own = this.modules.values();
    const table = Memory.alloc(Process.pointerSize * (1 + 2 * own.length));
    let at = table.writePointer(ptr(own.length));
    for (const { base, size } of own) {
      at = at.add(Process.pointerSize).writePointer(base);
      at = at.add(Process.pointerSize).writePointer(base.add(size));
    }
    this.tables.push(table);
    this.cell.writePointer(table);
  }

  // The number of the call, 0 where it is of no interest.
  enters(number, args, from) {
    const target = this.watched.get(number);
    const t = this.recorder.thread(Process.getCurrentThreadId());
    if (t.busy) return 0;
    try {
      const texts = new Map();
      const argument = (n) => args.add(n * Process.pointerSize).readPointer();
      const hit = target.candidates.find((c) => c.matches((n) => {
        if (!texts.has(n)) texts.set(n, argument(n).readCString()); // whatever it is encoded in
        return texts.get(n);
      }));
      if (hit === undefined) return 0;
      const shown = Array.from({ length: Math.max(-1, ...texts.keys()) + 1 }, (_, n) => texts.get(n) ?? null);
      this.called = (this.called % 0x7fffffff) + 1;
      const out = typeof hit.value === 'number' ? argument(hit.value) : null;
      this.calls.set(this.called, { target, hit, t, shown, out, at: this.clock.now(), from });
      return this.called;
    } catch (e) {
      this.outbox.fault(`${target.hooked.method} when`, e);
      return 0;
    }
  }

  // With an exception pending no Java method may be called: what the app's library was about to throw waits, and is thrown again.
  leaves(number, result, error) {
    const call = this.calls.get(number);
    const { target, t } = call;
    const { jni } = this;
    this.calls.delete(number);
    t.busy = true;
    const env = this.vm.tryGetEnv()?.handle ?? null; // none on a thread that the VM does not know
    const thrown = env === null || jni.exceptionCheck(env) === 0 ? null : jni.exceptionOccurred(env);
    if (thrown !== null) jni.exceptionClear(env);
    try {
      if (env === null) this.record(call, result, error, env);
      else jni.framed(env, () => this.record(call, result, error, env));
    } catch (e) {
      if (env !== null) this.recorder.clear(env);
      this.outbox.fault(target.hooked.method, e);
    } finally {
      if (thrown !== null) jni.throw(env, thrown);
      t.busy = false;
    }
  }

  record(call, result, error, env) {
    const { target, hit, t } = call;
    const java = env === null ? null : this.stacks.current(env, target.hooked);
    const stack = this.stacks.below(this.frame(call.from), java, env, target.hooked);
    if (this.recorder.refuses(target, hit, stack)) return;
    const name = env === null ? 'null' : this.recorder.nameOf(t, env);
    const value = this.value(call, result);
    const outcome = this.outcome(call, result, error, value);
    const why = outcome === 'denied' ? ascii(`errno ${error}`) : 'null';
    this.recorder.keep(target, hit, call.at, t, name, stack, outcome, ascii(call.shown), ascii(outcome === 'value' ? value : null), why);
  }

  // Whether an act of a behaviour came to anything does not matter: that it was tried is the behaviour.
  outcome({ target, hit }, result, error, value) {
    if (hit.value === 'act') {
      if (!hit.personal || !failed(target.hooked.method, result)) return 'value';
      return error === PERM || error === ACCES ? 'denied' : 'empty';
    }
    return value === null || value === '' || hit.empty.has(value) ? 'empty' : 'value';
  }

  value({ target, hit, shown, out }, result) {
    if (hit.value === 'act') return null;
    if (out !== null) return result.isNull() || out.isNull() ? null : out.readCString();
    return result.isNull() ? null : READS[target.hooked.method]?.(shown[0]) ?? null;
  }

  frame(address) {
    const module = this.modules.find(address);
    return module === null ? `${address}` : `${module.name}!0x${address.sub(module.base).toString(16)}`;
  }
}

function failed(name, result) {
  return GIVE_POINTERS.has(name) ? result.isNull() : result.toInt32() === -1;
}

// What stands behind the answer of a function that gives no text.
const READS = {
  __system_property_find(name) {
    const get = new NativeFunction(Process.getModuleByName('libc.so').getExportByName('__system_property_get'), 'int', ['pointer', 'pointer']);
    const value = Memory.alloc(PROPERTY_MAX);
    return get(Memory.allocUtf8String(name), value) > 0 ? value.readCString() : '';
  },
};
