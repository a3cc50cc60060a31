// Functions of the C library that read what the catalogue watches, called from a library of the app's own.
//
// The system's libraries call them all day, on threads that must not wait for the script lock (one that writes a trace holds
// every Java thread back meanwhile). So C looks at the return address, and only a call from the app's libraries comes here.
// Written for bionic; on HotSpot tried with a function of glibc.

import { compileTexts } from './match.js';
import { ascii } from './outbox.js';

const PROPERTY_MAX = 92; // of sys/system_properties.h, its zero included
const ARGUMENTS = 3;

const SOURCE = `
#include <gum/guminterceptor.h>

typedef struct { gsize count; struct { gsize from; gsize to; } of[1]; } Ranges;
typedef struct { gint call; } Invocation;

extern Ranges * volatile ranges;
extern gint entered (gpointer target, gsize * arguments, gsize from);
extern void left (gint call, gpointer result);

void
enter (GumInvocationContext * ic)
{
  Invocation * one = GUM_IC_GET_INVOCATION_DATA (ic, Invocation);
  Ranges * own = ranges;
  gsize from = (gsize) gum_invocation_context_get_return_address (ic), i;
  one->call = 0;
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
  if (one->call != 0) left (one->call, gum_invocation_context_get_return_value (ic));
}
`;

export class NativeReads {
  // `own`: a pattern of the paths under which the app's libraries lie.
  constructor({ recorder, stacks, outbox, clock, vm, own }) {
    Object.assign(this, { recorder, stacks, outbox, clock, vm });
    this.own = new RegExp(own);
    this.watched = new Map();  // number -> target
    this.calls = new Map();    // number -> a call that is under way
    this.called = 0;
    this.cell = Memory.alloc(Process.pointerSize);
    this.tables = [];
    this.modules = new ModuleMap((module) => this.own.test(module.path));
    this.module = null;
    this.update();
  }

  // Watches the function of a hook; `index` is its place among the targets.
  install(hook, index) {
    const report = { method: hook.index, status: 'installed', why: '', overloads: [] };
    const address = Process.findModuleByName(hook.className)?.findExportByName(hook.method) ?? null;
    if (address === null) return { ...report, status: 'absent', why: `${hook.className} has no ${hook.method}` };
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
      this.left = new NativeCallback((call, result) => this.leaves(call, result), 'void', ['int', p]);
      this.module = new CModule(SOURCE, { ranges: this.cell, entered: this.entered, left: this.left });
    }
    return this.module;
  }

  // The libraries that are loaded changed. A table that a thread may still be reading stays.
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
      const shown = [...texts].sort(([a], [b]) => a - b).map(([, text]) => text);
      this.called = (this.called % 0x7fffffff) + 1;
      const out = typeof hit.value === 'number' ? argument(hit.value) : null;
      this.calls.set(this.called, { target, hit, t, shown, out, at: this.clock.now(), from });
      return this.called;
    } catch (e) {
      this.outbox.fault(`${target.hooked.method} when`, e);
      return 0;
    }
  }

  leaves(number, result) {
    const call = this.calls.get(number);
    const { target, hit, t } = call;
    this.calls.delete(number);
    t.busy = true;
    try {
      const value = this.value(call, result);
      const empty = hit.value !== 'act' && (value === null || value === '' || hit.empty.has(value));
      const env = this.vm.tryGetEnv(); // none on a thread that the VM does not know
      const java = env === null ? null : this.stacks.current(env.handle, target.hooked);
      const stack = this.stacks.below(this.frame(call.from), java);
      if (this.recorder.refuses(target, hit, stack)) return;
      const name = env === null ? 'null' : this.recorder.nameOf(t, env.handle);
      const outcome = empty ? 'empty' : 'value';
      this.recorder.keep(target, hit, call.at, t, name, stack, outcome, ascii(call.shown), ascii(empty ? null : value), 'null');
    } catch (e) {
      this.outbox.fault(target.hooked.method, e);
    } finally {
      t.busy = false;
    }
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

// What stands behind the answer of a function that gives no text.
const READS = {
  __system_property_find(name) {
    const get = new NativeFunction(Process.getModuleByName('libc.so').getExportByName('__system_property_get'), 'int', ['pointer', 'pointer']);
    const value = Memory.alloc(PROPERTY_MAX);
    return get(Memory.allocUtf8String(name), value) > 0 ? value.readCString() : '';
  },
};
