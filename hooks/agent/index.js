// The agent: one to a process, loaded while the process is parked, never taken out again.
//
// Harness to agent: install {plan}, flush {id}, ack {n}. Agent to harness: hello, status, batch, beat,
// flushed, native, bye. docs/hooks.md says what is in each.

import { BUFFER } from './buffer.js';
import { Clock } from './clock.js';
import { EXITS, LastWords } from './exit.js';
import { Handoff } from './handoff.js';
import { Recorder } from './hook.js';
import { Jni } from './jni.js';
import { Late } from './late.js';
import { compile } from './match.js';
import { Outbox } from './outbox.js';
import { NativeReads } from './native.js';
import { replaceMethod, walkOnce } from './patch.js';
import { placeholders, Renderer } from './render.js';
import { Stacks } from './stack.js';
import { World } from './world.js';

const BEAT_MS = 500;
const SETTLE_MS = 20;
const ABSTRACT = 0x400;
const KEPT_EACH = 3; // things that replaceMethod keeps for each patch

const java = bridge;
const clock = new Clock();
const outbox = new Outbox();
const kept = []; // callbacks and patchers: must never be collected
let session = null;

class Session {
  constructor(plan) {
    this.plan = plan;
    this.world = new World(java);
    const { vm, flavor } = this.world;
    this.jni = new Jni(vm);
    this.world.jni = this.jni;
    this.jni.find = (name) => this.world.reference(this.jni, name);
    this.stacks = new Stacks(this.jni, flavor, java.api.jvmti, outbox, plan.frameworkPackages);
    this.renderer = new Renderer(this.jni);
    this.recorder = new Recorder({
      jni: this.jni, stacks: this.stacks, renderer: this.renderer, outbox, clock, perSecond: plan.perSecond,
    });
    this.targets = [];
  }

  // Hooks every method of the plan whose class is of that origin ("framework" or "app").
  installAll(origin) {
    return this.plan.hooks.filter((h) => h.origin === origin).map((h) => this.install(h));
  }

  // Hooks the app's own classes that a loader itself defines.
  installIn(loader) {
    const reports = [];
    const classes = new Map();
    for (const hook of this.plan.hooks) {
      if (hook.origin !== 'app') continue;
      if (!classes.has(hook.className)) classes.set(hook.className, this.world.definedBy(hook.className, loader));
      const wrapper = classes.get(hook.className);
      if (wrapper !== null) reports.push(this.installOn(hook, wrapper));
    }
    return reports;
  }

  // The functions of the C library.
  installNative() {
    const hooks = this.plan.hooks.filter((h) => h.origin === 'native');
    const { recorder, stacks, world, jni } = this;
    this.native = new NativeReads({ recorder, stacks, outbox, clock, vm: world.vm, jni, own: this.plan.ownLibraries });
    return hooks.map((hook) => {
      const report = this.native.install(hook, this.targets.length);
      if (report.status === 'installed') this.targets.push(hook);
      return report;
    });
  }

  install(hook) {
    let wrapper;
    try {
      wrapper = hook.origin === 'app' ? this.world.useApp(hook.className) : this.world.use(hook.className);
    } catch (e) {
      return { method: hook.index, status: 'failed', why: `${hook.className}: ${e.message}`, overloads: [] };
    }
    if (wrapper === null) return { method: hook.index, status: 'absent', why: `no class ${hook.className}`, overloads: [] };
    return this.installOn(hook, wrapper);
  }

  installOn(hook, wrapper) {
    const report = { method: hook.index, status: 'installed', why: '', overloads: [] };
    const name = hook.method === '<init>' ? '$init' : hook.method;
    let overloads;
    try {
      const dispatcher = wrapper[name];
      overloads = dispatcher === undefined ? [] : dispatcher.overloads;
    } catch (e) {
      return { ...report, status: 'failed', why: e.message };
    }
    const own = (overloads ?? []).filter((o) => o.holder.$n === hook.className);
    if (own.length === 0) return { ...report, status: 'absent', why: `${hook.className} has no such method of its own` };
    overloads = hook.overloads === null ? own : own.filter((o) => hook.overloads.includes(signatureOf(o)));
    if (overloads.length === 0) {
      return { ...report, status: 'absent', why: `it has no overload ${hook.overloads.join(' ')}, only ${own.map(signatureOf).join(' ')}` };
    }
    for (const overload of overloads) report.overloads.push(this.replace(hook, overload));
    const failed = report.overloads.filter((o) => o.status === 'failed');
    if (failed.length > 0) {
      report.status = failed.length === overloads.length ? 'failed' : 'partly';
      report.why = failed.map((o) => `${o.signature}: ${o.why}`).join('; ');
    }
    return report;
  }

  replace(hook, overload) {
    const signature = signatureOf(overload);
    try {
      if ((this.modifiers(overload) & ABSTRACT) !== 0) {
        return { signature, status: 'failed', why: 'abstract: the class that implements it must be hooked' };
      }
      const { world, jni } = this;
      const body = hook.candidates.some((c) => c.kind === 'crypto');
      const target = {
        index: this.targets.length,
        hooked: { className: hook.className, method: hook.method },
        overload,
        candidates: hook.candidates.map((c) => ({
          index: c.index, kind: c.kind, value: c.value, direct: c.direct, personal: c.personal, empty: placeholders(c.empty),
          matches: c.when.length === 0 ? null : compile(c.when, overload, jni),
        })),
        // What `when` asks of a binder is a call to another process: not for those that the framework makes all day.
        stackFirst: hook.candidates.every((c) => c.direct && c.when.some((w) => w.part === 'descriptor')),
        tellers: overload.argumentTypes.map((type) => this.renderer.teller(type, body)),
        tellsResult: this.renderer.teller(overload.returnType, body),
        joined: body && overload.type === 3, // an instance's method
        buffers: body ? buffersOf(overload) : null,
        call: null,
      };
      const patch = replaceMethod(overload, world.flavor, world.vm, java.api, this.recorder.body(target), kept);
      target.patcher = patch.patcher;
      target.call = this.original(target, patch);
      this.targets.push(target);
      return { signature, status: 'installed', why: '', target: target.index };
    } catch (e) {
      return { signature, status: 'failed', why: e.message };
    }
  }

  modifiers(overload) {
    const { jni, world } = this;
    const env = world.vm.getEnv();
    const handle = overload.holder.$borrowClassHandle(env);
    let method = NULL;
    try {
      method = env.toReflectedMethod(handle.value, overload.handle, overload.type === 2 ? 1 : 0);
      const kind = overload.methodName === '$init' ? 'java.lang.reflect.Constructor' : 'java.lang.reflect.Method';
      return jni.call(env.handle, method, kind, 'getModifiers', '()I', 'int32');
    } finally {
      if (!method.isNull()) env.deleteLocalRef(method);
      handle.unref(env);
    }
  }

  // How the original is called, with bare handles. HotSpot keeps the old method under an id of its own; ART needs a
  // call that is not virtual and lets calls through that come from the replacement itself.
  original(target, { patcher, types, isInstance }) {
    const { jni, world } = this;
    const ret = target.overload.returnType.type;
    const id = () => patcher.resolveTarget(null, isInstance, null, java.api);
    if (!isInstance) {
      const f = jni.caller('static', ret, types);
      return (env, self, args) => f(env, self, id(), ...args);
    }
    if (world.flavor === 'jvm') {
      const f = jni.caller('virtual', ret, types);
      return (env, self, args) => f(env, self, id(), ...args);
    }
    const f = jni.caller('direct', ret, types);
    const holder = world.reference(jni, target.hooked.className);
    return (env, self, args) => f(env, self, holder, id(), ...args);
  }

  // Calls a hooked method of no importance and sees whether the hook saw it and let it through.
  canary() {
    const { jni, world } = this;
    const env = world.vm.getEnv().handle;
    const before = this.canarySeen;
    const text = jni.newStringUtf(env, Memory.allocUtf8String('0x2a'));
    const boxed = jni.callStatic(env, 'java.lang.Byte', 'decode', '(Ljava/lang/String;)Ljava/lang/Byte;', 'pointer', ['pointer'], text);
    const value = jni.call(env, boxed, 'java.lang.Byte', 'intValue', '()I', 'int32');
    if (this.canarySeen !== before + 1) return 'the hook did not fire';
    return value === 42 ? 'ok' : `the original's value did not come back (${value})`;
  }

  // Puts a body of ours in the place of a method that no hook of the catalogue watches. `make` gets the target, whose `call`
  // is the original. False where the device has no such method.
  swap(hooked, make) {
    const wrapper = this.world.use(hooked.className);
    const overload = wrapper?.[hooked.method]?.overloads.find(
      (o) => o.holder.$n === hooked.className && signatureOf(o) === `(${hooked.types.join(', ')})`);
    if (overload === undefined) return false;
    this.put(hooked, overload, make);
    return true;
  }

  // The same for every overload.
  swapAll(hooked, make) {
    const all = this.world.use(hooked.className)?.[hooked.method]?.overloads ?? [];
    for (const overload of all.filter((o) => o.holder.$n === hooked.className)) this.put(hooked, overload, make);
  }

  put(hooked, overload, make) {
    const target = { overload, hooked, call: null };
    const patch = replaceMethod(overload, this.world.flavor, this.world.vm, java.api, make(target), kept);
    target.call = this.original(target, patch);
  }

  // The ways by which a process ends itself: what it still holds goes out first.
  installExits() {
    const words = new LastWords(outbox, () => ({ at: clock.now(), ...outbox.state() }));
    for (const exit of EXITS) {
      this.swap(exit, (target) => (env, self, ...args) => {
        if (exit.ends(args)) words.say(exit.method);
        return target.call(env, self, args);
      });
    }
  }

  installCanary() {
    this.canarySeen = 0;
    this.swap({ className: 'java.lang.Byte', method: 'decode', types: ['java.lang.String'] }, (target) => (env, self, ...args) => {
      this.canarySeen++;
      return target.call(env, self, args);
    });
  }

  installHandoff() {
    const { jni, stacks, recorder } = this;
    return new Handoff({ jni, stacks, recorder, outbox }).install((hooked, make) => this.swap(hooked, make));
  }
}

// The places of buffers among its arguments; null where there are none.
function buffersOf(overload) {
  const places = overload.argumentTypes.flatMap((type, i) => (type.className === BUFFER ? [i] : []));
  return places.length === 0 ? null : places;
}

function signatureOf(overload) {
  return `(${overload.argumentTypes.map((t) => t.className).join(', ')})`;
}

function install(plan) {
  const began = Date.now();
  let reports = [];
  let canary = 'not called';
  let walked = () => true;
  let unwatched = [];
  const finish = (phase, found = reports) => {
    send({
      type: 'status', phase, hooks: found, canary, ms: Date.now() - began, journal: outbox.ring.where, unwatched,
      world: { flavor: session.world.flavor, loader: session.world.loaderName, loaders: session.world.seen ?? [] },
    });
    reports = [];
  };
  if (plan.journal) outbox.ring.openFile(plan.journal);
  java.performNow(() => {
    session = new Session(plan);
    reports = session.installAll('framework');
    if (session.world.flavor === 'jvm') reports.push(...session.installAll('app'));
    reports.push(...session.installNative());
    session.installCanary();
    session.installExits();
    unwatched = session.installHandoff();
    const { recorder } = session;
    new Late({ session, java, recorder, outbox, found: (late) => finish('late', late) }).install();
    if (session.world.flavor === 'jvm') walked = walkOnce(java.api, kept.length / KEPT_EACH);
  });
  // The patches are made on the next tick. One JNI call after it: without it the VM hung in 10 of 28 starts.
  setTimeout(() => {
    guarded(() => {
      if (!walked()) throw new Error('the VM was not walked after the last patch');
      java.vm.perform((env) => { env.exceptionOccurred(); canary = session.canary(); });
      finish('framework');
      if (session.world.flavor !== 'jvm') installLater(finish, (r) => { reports = r; });
    });
  }, SETTLE_MS);
}

// ART: the app's own classes are there once its loader is.
function installLater(finish, set) {
  java.perform(() => guarded(() => {
    set(session.installAll('app'));
    finish('app');
  }));
}

function guarded(action) {
  try {
    action();
  } catch (e) {
    send({ type: 'failed', why: e.message, stack: e.stack ?? '' });
  }
}

function watchNativeCode() {
  if (typeof Process.attachModuleObserver !== 'function') return;
  Process.attachModuleObserver({
    onAdded(module) {
      session?.native?.came(module); // those that are there before it tells of itself
    },
    onRemoved(module) {
      session?.native?.went(module);
    },
  });
}

function beat() {
  send({ type: 'beat', at: clock.now(), ...outbox.state() });
}

const ORDERS = {
  install: (m) => guarded(() => install(m.plan)),
  ack: (m) => outbox.ack(m.n),
  clock: (m) => send({ type: 'clock', id: m.id, base: clock.base, at: clock.now() }),
  canary: (m) => guarded(() => java.vm.perform(() => {
    send({ type: 'canary', id: m.id, word: session === null ? 'no hooks yet' : session.canary() });
  })),
  flush: (m) => {
    outbox.flush();
    send({ type: 'flushed', id: m.id, at: clock.now(), ...outbox.state() });
  },
};

function listen() {
  recv((message) => {
    const order = ORDERS[message.type];
    if (order !== undefined) order(message);
    listen();
  });
}

listen();
guarded(watchNativeCode);
setInterval(beat, BEAT_MS);
send({ type: 'hello', clock: clock.base, source: clock.source, at: clock.now(), java: java.available, pid: Process.id });
