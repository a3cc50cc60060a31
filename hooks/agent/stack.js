// Call stacks: a hash of every frame names the stack, its text is built and sent once. Of a call that counts only where the
// framework does not make it, the nearest frame is looked at first: most stacks of such calls are never told.
//
// HotSpot: JVMTI's GetStackTrace fills (method id, location) pairs, 0.5 us a frame. ART: the bridge's
// Java.backtrace, which walks the stack itself and gives an id of its own. Twenty frames must differ
// before two call sites may be told apart, so all are hashed, up to 256.

import { Pool, WITHOUT_LOCK } from './jni.js';

const DEPTH = 256;
// Slots of the JVMTI function table, from 1.
const DEALLOCATE = 47;
const GET_CLASS_SIGNATURE = 48;
const GET_METHOD_NAME = 64;
const GET_METHOD_DECLARING_CLASS = 65;
const GET_STACK_TRACE = 104;
const FRAME = 16; // bytes: a method's id and the place in it
const NEAR = 16;
const MOST = 20000; // stacks that are remembered
// A stack of which no more is wanted than that the framework calls.
const PASSED_OVER = { id: 0, framework: true, untold: null };
const OWN = /^\$\$robo\$\$/;
// The lab's way from native code to Java: no frames of that on a phone. The lab lets no class of an app have such a name; on
// another device it would be the app's.
const EMULATOR = /^(lab\.(emulator\.|boot\.Platform$|device\.NativeLibraries$)|com\.github\.unidbg\.|unicorn\.)/;
let emulates = false;
const FRAMEWORK = /^(android\.(?!support\.|arch\.|databinding\.)|com\.android\.|java\.|javax\.|sun\.|jdk\.|libcore\.|dalvik\.|org\.robolectric\.|lab\.(boot|device)\.|com\.sun\.(crypto|security|net\.ssl)\.)/;

// Under these an app may put classes of its own: only the packages that the framework has (plan) are the framework's.
const CLAIMED = /^(com\.)?android\./;
// How a call is made, not who makes it.
const REFLECTION = /^(java\.lang\.(reflect|invoke)\.|jdk\.internal\.reflect\.|sun\.reflect\.)/;
// A cipher or a hash for who writes to them, through what other streams ever.
const STREAM = /^(javax\.crypto\.Cipher|java\.security\.Digest)(In|Out)putStream$/;
const STREAMS = /^(java\.io|java\.util\.zip|sun\.nio\.cs|javax\.crypto|java\.security)\./;

// 53 bits of hash over the frames, as much as a double holds; negative where the VM gives none.
const HASH_SOURCE = `
#include <glib.h>
typedef gint (* GetStackTrace) (void * jvmti, void * thread, gint from, gint most, void * frames, gint * count);
double hash (void * jvmti, GetStackTrace get, guint32 * words)
{
  guint32 a = 2166136261u, b = 0x9747b28cu, i, n;
  gint count = 0;
  if (get (jvmti, NULL, 0, ${DEPTH}, words, &count) != 0) return -1;
  n = (guint32) count * 4;
  if (count != ${DEPTH}) words[n] = words[n + 1] = 0; /* the last is followed by none */
  for (i = 0; i != n; i++)
  {
    a = (a ^ words[i]) * 16777619u;
    b = ((b << 5) | (b >> 27)) ^ (words[i] * 0x85ebca6bu);
  }
  return (double) (((gint64) a << 21) | (b >> 11));
}
`;

export class Stacks {
  constructor(jni, flavor, jvmti, outbox, packages) {
    this.jni = jni;
    this.packages = new Set(packages);
    this.outbox = outbox;
    this.known = new Map();  // hash -> entry
    this.texts = new Map();  // hash of its text -> entry: hidden frames may give one stack several hashes
    this.count = 0;
    this.flavor = flavor;
    this.read = flavor === 'jvm' ? this.readJvm : this.readArt;
    emulates = flavor === 'jvm';
    if (flavor !== 'jvm') return;
    this.jvmti = jvmti.handle;
    const slot = (n) => this.jvmti.readPointer().add((n - 1) * Process.pointerSize).readPointer();
    const bind = (n, args) => new NativeFunction(slot(n), 'int', args, WITHOUT_LOCK);
    const p = 'pointer';
    this.getStackTrace = slot(GET_STACK_TRACE);
    this.deallocate = bind(DEALLOCATE, [p, p]);
    this.getClassSignature = bind(GET_CLASS_SIGNATURE, [p, p, p, p]);
    this.getMethodName = bind(GET_METHOD_NAME, [p, p, p, p, p]);
    this.getDeclaringClass = bind(GET_METHOD_DECLARING_CLASS, [p, p, p]);
    this.answers = new Pool(Process.pointerSize);
    this.methods = new Map(); // method id -> {className, method}
    this.rooms = new Pool(DEPTH * FRAME);
    this.module = new CModule(HASH_SOURCE);
    this.hash = new NativeFunction(this.module.hash, 'double', ['pointer', 'pointer', 'pointer'], WITHOUT_LOCK);
  }

  // The entry {id, framework, untold} of the current stack; `hooked` is the class and method that was called. `direct`: where the
  // framework calls, only that is wanted (there is no id then).
  current(env, hooked, direct = false) {
    return this.read(env, hooked, direct);
  }

  readJvm(env, hooked, direct) {
    return this.rooms.use((frames) => {
      const key = this.hash(this.jvmti, this.getStackTrace, frames);
      if (key < 0) return null;
      const known = this.known.get(key);
      if (known !== undefined && (direct || known !== PASSED_OVER)) return known;
      if (direct && this.byFramework(withoutHooked(this.near(env, frames), hooked))) {
        this.known.set(key, PASSED_OVER);
        return PASSED_OVER;
      }
      return this.add(key, this.describe(env), hooked);
    });
  }

  // The nearest frames as the VM just gave them.
  near(env, frames) {
    const found = [];
    for (let i = 0, at = frames; i < NEAR && !at.readPointer().isNull(); i++, at = at.add(FRAME)) found.push(this.methodOf(env, at.readPointer()));
    return found;
  }

  methodOf(env, id) {
    const key = id.toString();
    let known = this.methods.get(key);
    if (known === undefined) {
      known = { className: this.classNameOf(env, id), method: this.said((out) => this.getMethodName(this.jvmti, id, out, NULL, NULL)) };
      this.methods.set(key, known);
    }
    return known;
  }

  classNameOf(env, id) {
    const declaring = this.answers.use((out) => (this.getDeclaringClass(this.jvmti, id, out) !== 0 ? NULL : out.readPointer()));
    if (declaring.isNull()) return '';
    const signature = this.said((out) => this.getClassSignature(this.jvmti, declaring, out, NULL));
    this.jni.deleteLocalRef(env, declaring);
    return signature.slice(1, -1).replace(/\//g, '.');
  }

  // The text that a function of JVMTI puts where it is told; "" where it refuses.
  said(ask) {
    const text = this.answers.use((out) => (ask(out) !== 0 ? NULL : out.readPointer()));
    if (text.isNull()) return '';
    try {
      return text.readUtf8String();
    } finally {
      this.deallocate(this.jvmti, text);
    }
  }

  readArt(env, hooked, direct) {
    if (direct && this.byFramework(withoutHooked(this.backtrace(NEAR).frames.map(framed), hooked))) return PASSED_OVER;
    const trace = this.backtrace(DEPTH);
    return this.known.get(trace.id) ?? this.add(trace.id, trace.frames.map(framed), hooked);
  }

  backtrace(limit) {
    let trace = null;
    this.jni.vm.perform(() => { trace = bridge.backtrace({ limit }); });
    return trace;
  }

  // Whether the nearest frame is the framework's, of a stack without the hooked method itself.
  byFramework(kept) {
    let who = kept.filter((f) => !REFLECTION.test(f.className));
    if (who.length > 0 && STREAM.test(who[0].className)) who = who.filter((f) => !STREAMS.test(f.className));
    return who.length > 0 && this.isFramework(who[0].className);
  }

  isFramework(className) {
    if (!FRAMEWORK.test(className)) return false;
    return !CLAIMED.test(className) || this.packages.has(className.slice(0, className.lastIndexOf('.')));
  }

  // Tells a stack's frames ahead of the first record that names it. Whether there was room.
  tell(entry) {
    if (entry.untold === null) return true;
    if (!this.outbox.tell(entry.id, entry.untold)) return false;
    entry.untold = null; // long texts: kept no longer than needed
    return true;
  }

  describe(env) {
    const { jni } = this;
    const t = 'java.lang.Throwable';
    const throwable = jni.newThrowable(env, jni.classOf(t), jni.id(env, t, '<init>', '()V'));
    const trace = jni.call(env, throwable, t, 'getStackTrace', '()[Ljava/lang/StackTraceElement;');
    const e = 'java.lang.StackTraceElement';
    const frames = [];
    for (let i = 0, n = jni.getArrayLength(env, trace); i !== n; i++) {
      const element = jni.getObjectArrayElement(env, trace, i);
      const className = jni.callText(env, element, e, 'getClassName');
      const method = jni.callText(env, element, e, 'getMethodName');
      const file = jni.callText(env, element, e, 'getFileName');
      const line = jni.call(env, element, e, 'getLineNumber', '()I', 'int32');
      frames.push({ className, method, file, line, native: line === -2 });
      jni.deleteLocalRef(env, element);
    }
    return frames;
  }

  add(key, frames, hooked) {
    const kept = withoutHooked(frames, hooked);
    const entry = this.entry(kept.map(show), this.byFramework(kept));
    this.known.set(key, entry);
    return entry;
  }

  entry(text, framework) {
    if (this.known.size > MOST) { // what comes again gets a new id, and is told again
      this.known.clear();
      this.texts.clear();
    }
    const sum = Checksum.compute('sha1', text.join('\n'));
    let entry = this.texts.get(sum);
    if (entry === undefined) {
      entry = { id: ++this.count, framework, untold: text };
      this.texts.set(sum, entry);
    }
    return entry;
  }

  // The stack of a call from native code: its frame, below which the Java frames stand where there are any.
  below(frame, java, env, hooked) {
    const key = `${frame} ${java === null ? '' : java.id}`;
    let entry = this.known.get(key);
    if (entry === undefined) {
      const frames = java === null ? [] : withoutHooked(this.flavor === 'jvm' ? this.describe(env) : this.backtrace(DEPTH).frames.map(framed), hooked);
      entry = this.entry([`${frame}(Native Code)`, ...frames.map(show)], false);
      this.known.set(key, entry);
    }
    return entry;
  }
}

// A frame of the bridge's backtrace as one of ours.
function framed(f) {
  return { className: f.className, method: f.methodName, file: f.fileName, line: f.lineNumber, native: (f.methodFlags & 0x100) !== 0 };
}

function withoutHooked(frames, hooked) {
  const kept = frames.filter((f) => !OWN.test(f.method) && !(emulates && EMULATOR.test(f.className)));
  if (kept.length > 0 && kept[0].className === hooked.className && kept[0].method === hooked.method) kept.shift();
  return kept;
}

function show(f) {
  const where = f.native ? 'Native Method' : f.file == null ? 'Unknown Source' : f.line >= 0 ? `${f.file}:${f.line}` : f.file;
  return `${f.className}.${f.method}(${where})`;
}
