// Call stacks: a hash of every frame names the stack, its text is built and sent once.
//
// HotSpot: JVMTI's GetStackTrace fills (method id, location) pairs, 0.5 us a frame. ART: the bridge's
// Java.backtrace, which walks the stack itself and gives an id of its own. Twenty frames must differ
// before two call sites may be told apart, so all are hashed, up to 256.

const DEPTH = 256;
const GET_STACK_TRACE = 104; // slot of the JVMTI function table, from 1
const OWN = /^\$\$robo\$\$/;
const FRAMEWORK = /^(android\.(?!support\.|arch\.|databinding\.)|com\.android\.|java\.|javax\.|sun\.|jdk\.|libcore\.|dalvik\.|org\.robolectric\.|lab\.(boot|device)\.|com\.sun\.(crypto|security|net\.ssl)\.)/;

// Under these an app may put classes of its own: only the packages that the framework has (plan) are the framework's.
const CLAIMED = /^(com\.)?android\./;
// How a call is made, not who makes it.
const REFLECTION = /^(java\.lang\.(reflect|invoke)\.|jdk\.internal\.reflect\.|sun\.reflect\.)/;

const HASH_SOURCE = `
#include <glib.h>
void hash (const guint32 * words, guint32 count, guint32 * out)
{
  guint32 a = 2166136261u, b = 0x9747b28cu, i;
  for (i = 0; i != count; i++)
  {
    a = (a ^ words[i]) * 16777619u;
    b = ((b << 5) | (b >> 27)) ^ (words[i] * 0x85ebca6bu);
  }
  out[0] = a;
  out[1] = b;
}
`;

export class Stacks {
  constructor(jni, flavor, jvmti, outbox, packages) {
    this.jni = jni;
    this.packages = new Set(packages);
    this.outbox = outbox;
    this.known = new Map();  // hash -> entry
    this.texts = new Map();  // text -> entry: hidden frames may give one stack several hashes
    this.count = 0;
    this.read = flavor === 'jvm' ? this.readJvm : this.readArt;
    if (flavor !== 'jvm') return;
    this.jvmti = jvmti.handle;
    const address = this.jvmti.readPointer().add((GET_STACK_TRACE - 1) * Process.pointerSize).readPointer();
    this.getStackTrace = new NativeFunction(address, 'int', ['pointer', 'pointer', 'int', 'int', 'pointer', 'pointer'],
      { exceptions: 'propagate', scheduling: 'exclusive' });
    this.frames = Memory.alloc(DEPTH * 16);
    this.n = Memory.alloc(4);
    this.out = Memory.alloc(8);
    this.module = new CModule(HASH_SOURCE);
    this.hash = new NativeFunction(this.module.hash, 'void', ['pointer', 'uint32', 'pointer'], { scheduling: 'exclusive' });
  }

  // The entry {id, caller} of the current stack; `hooked` is the class and method that was called.
  current(env, hooked) {
    return this.read(env, hooked);
  }

  readJvm(env, hooked) {
    const error = this.getStackTrace(this.jvmti, NULL, 0, DEPTH, this.frames, this.n);
    if (error !== 0) return null;
    const n = this.n.readS32();
    this.hash(this.frames, n * 4, this.out);
    const key = `${this.out.readU32()}.${this.out.add(4).readU32()}.${n}`;
    const known = this.known.get(key);
    return known !== undefined ? known : this.add(key, this.describe(env), hooked);
  }

  readArt(env, hooked) {
    const trace = bridge.backtrace({ limit: DEPTH });
    const known = this.known.get(trace.id);
    if (known !== undefined) return known;
    const frames = trace.frames.map((f) => ({
      className: f.className, method: f.methodName, file: f.fileName, line: f.lineNumber, native: (f.methodFlags & 0x100) !== 0,
    }));
    return this.add(trace.id, frames, hooked);
  }

  isFramework(className) {
    if (!FRAMEWORK.test(className)) return false;
    return !CLAIMED.test(className) || this.packages.has(className.slice(0, className.lastIndexOf('.')));
  }

  // Tells a stack's frames ahead of the first record that names it. Whether there was room.
  tell(entry) {
    if (entry.untold === null) return true;
    if (!this.outbox.tell(entry.id, entry.untold)) return false;
    entry.untold = null;
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
    const kept = frames.filter((f) => !OWN.test(f.method));
    if (kept.length > 0 && kept[0].className === hooked.className && kept[0].method === hooked.method) kept.shift();
    const text = kept.map(show);
    const joined = text.join('\n');
    let entry = this.texts.get(joined);
    if (entry === undefined) {
      const nearest = kept.find((f) => !REFLECTION.test(f.className));
      entry = { id: ++this.count, framework: nearest !== undefined && this.isFramework(nearest.className), untold: text };
      this.texts.set(joined, entry);
    }
    this.known.set(key, entry);
    return entry;
  }
}

function show(f) {
  const where = f.native ? 'Native Method' : f.file == null ? 'Unknown Source' : f.line >= 0 ? `${f.file}:${f.line}` : f.file;
  return `${f.className}.${f.method}(${where})`;
}
