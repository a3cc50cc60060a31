// A thin door to JNI. Handles go through it untouched, so what the app gets back is the very
// object (or bit pattern) the original returned; the bridge's own wrappers rebuild strings and arrays.
//
// Numbers are the slots of the JNI function table (JNI specification, chapter 4).

const SLOT = {
  findClass: 6, throw: 13, exceptionOccurred: 15, exceptionClear: 17, pushLocalFrame: 19, popLocalFrame: 20,
  newGlobalRef: 21, deleteGlobalRef: 22, deleteLocalRef: 23, newObject: 28, getObjectClass: 31, isInstanceOf: 32,
  getMethodId: 33, getFieldId: 94, getObjectField: 95, getIntField: 100, getStaticMethodId: 113,
  newStringUtf: 167, getStringLength: 164, getArrayLength: 171, newByteArray: 176, getObjectArrayElement: 173, getByteArrayRegion: 200,
  getIntArrayRegion: 203, getStringRegion: 220, exceptionCheck: 228,
};

// The `...` forms of CallObjectMethod and its kin, by return type; static and non-virtual ones follow.
const CALL = {
  virtual: { pointer: 34, uint8: 37, int8: 40, uint16: 43, int16: 46, int32: 49, int64: 52, float: 55, double: 58, void: 61 },
  direct: { pointer: 64, uint8: 67, int8: 70, uint16: 73, int16: 76, int32: 79, int64: 82, float: 85, double: 88, void: 91 },
  static: { pointer: 114, uint8: 117, int8: 120, uint16: 123, int16: 126, int32: 129, int64: 132, float: 135, double: 138, void: 141 },
};

// `propagate`: the VM uses faults of its own (null checks, safepoints); Frida must not take them. And no call keeps the script lock,
// which is Frida's default: every JNI function may wait for a safepoint to end, and at a safepoint the VM itself may wait for the
// script (the bridge replaces methods there). So what a call writes to is no other thread's: a room from the pool.
export const WITHOUT_LOCK = { exceptions: 'propagate' };

const STRING_LIMIT = 8192;
const LOCALS = 256;
const HASHED = 256 << 10; // longer texts and arrays are not hashed: that takes time, and the script lock

export class Jni {
  constructor(vm) {
    this.vm = vm;
    this.table = vm.getEnv().handle.readPointer();
    const bind = (slot, ret, args) => new NativeFunction(this.entry(slot), ret, args, WITHOUT_LOCK);
    const p = 'pointer';
    this.findClass = bind(SLOT.findClass, p, [p, p]);
    this.throw = bind(SLOT.throw, 'int', [p, p]);
    this.exceptionOccurred = bind(SLOT.exceptionOccurred, p, [p]);
    this.exceptionClear = bind(SLOT.exceptionClear, 'void', [p]);
    this.exceptionCheck = bind(SLOT.exceptionCheck, 'uint8', [p]);
    this.pushLocalFrame = bind(SLOT.pushLocalFrame, 'int', [p, 'int']);
    this.popLocalFrame = bind(SLOT.popLocalFrame, p, [p, p]);
    this.newGlobalRef = bind(SLOT.newGlobalRef, p, [p, p]);
    this.deleteGlobalRef = bind(SLOT.deleteGlobalRef, 'void', [p, p]);
    this.deleteLocalRef = bind(SLOT.deleteLocalRef, 'void', [p, p]);
    this.getObjectClass = bind(SLOT.getObjectClass, p, [p, p]);
    this.isInstanceOf = bind(SLOT.isInstanceOf, 'uint8', [p, p, p]);
    this.getMethodId = bind(SLOT.getMethodId, p, [p, p, p, p]);
    this.getStaticMethodId = bind(SLOT.getStaticMethodId, p, [p, p, p, p]);
    this.getFieldId = bind(SLOT.getFieldId, p, [p, p, p, p]);
    this.getObjectField = bind(SLOT.getObjectField, p, [p, p, p]);
    this.getIntField = bind(SLOT.getIntField, 'int32', [p, p, p]);
    this.newStringUtf = bind(SLOT.newStringUtf, p, [p, p]);
    this.getStringLength = bind(SLOT.getStringLength, 'int32', [p, p]);
    this.getStringRegion = bind(SLOT.getStringRegion, 'void', [p, p, 'int', 'int', p]);
    this.newByteArray = bind(SLOT.newByteArray, p, [p, 'int']);
    this.getArrayLength = bind(SLOT.getArrayLength, 'int32', [p, p]);
    this.getObjectArrayElement = bind(SLOT.getObjectArrayElement, p, [p, p, 'int']);
    this.getByteArrayRegion = bind(SLOT.getByteArrayRegion, 'void', [p, p, 'int', 'int', p]);
    this.getIntArrayRegion = bind(SLOT.getIntArrayRegion, 'void', [p, p, 'int', 'int', p]);
    this.newThrowable = bind(SLOT.newObject, p, [p, p, p]);
    this.rooms = new Pool(STRING_LIMIT * 2 + 2);
    this.callers = new Map();
    this.ids = new Map();
    this.classes = new Map();
    this.toStringId = null;
    this.find = null; // set by the world: name -> global class reference
  }

  entry(slot) {
    return this.table.add(slot * Process.pointerSize).readPointer();
  }

  // A function that calls a Java method: (env, object or class[, class], method id, ...arguments).
  caller(form, ret, args) {
    const key = `${form} ${ret} ${args.join()}`;
    let f = this.callers.get(key);
    if (f === undefined) {
      const fixed = form === 'direct' ? 4 : 3;
      const types = new Array(fixed).fill('pointer').concat(['...'], args);
      f = new NativeFunction(this.entry(CALL[form][ret]), ret, types, WITHOUT_LOCK);
      this.callers.set(key, f);
    }
    return f;
  }

  // The local references that `action` makes go with it.
  framed(env, action) {
    this.pushLocalFrame(env, LOCALS);
    try {
      return action();
    } finally {
      this.popLocalFrame(env, NULL);
    }
  }

  // Clears a pending exception and throws it as a JavaScript error. For our own calls only.
  check(env) {
    if (this.exceptionCheck(env) !== 0) {
      this.exceptionClear(env);
      throw new Error('java exception');
    }
  }

  // A static method of a class that the VM itself has.
  bootMethod(env, className, name, signature) {
    const local = this.findClass(env, Memory.allocUtf8String(className));
    const owner = this.newGlobalRef(env, local);
    this.deleteLocalRef(env, local);
    return { owner, id: this.getStaticMethodId(env, owner, Memory.allocUtf8String(name), Memory.allocUtf8String(signature)) };
  }

  text(env, handle, limit = STRING_LIMIT) {
    if (handle.isNull()) return null;
    const length = this.getStringLength(env, handle);
    const n = Math.min(length, limit, STRING_LIMIT);
    const s = this.rooms.use((room) => {
      this.getStringRegion(env, handle, 0, n, room);
      return unitsOf(room, n);
    });
    return n < length ? `${s}…[${length}]` : s;
  }

  // The same, and where it is cut the SHA-256 of the whole behind its length.
  wholeText(env, handle, limit) {
    const s = this.text(env, handle, limit);
    const cut = s !== null && this.getStringLength(env, handle) > limit;
    return cut ? `${s.slice(0, -1)} sha256 ${this.digest(env, handle)}]` : s;
  }

  // SHA-256 of a text's UTF-16 units, the low byte first.
  digest(env, handle) {
    const length = this.getStringLength(env, handle);
    if (length > HASHED) return 'not taken';
    const whole = Memory.alloc(length * 2);
    this.getStringRegion(env, handle, 0, length, whole);
    return Checksum.compute('sha256', whole.readByteArray(length * 2));
  }

  // SHA-256 of an array of so many bytes; null where they are too many.
  sum(env, handle, length) {
    if (length > HASHED) return null;
    const whole = Memory.alloc(length);
    this.getByteArrayRegion(env, handle, 0, length, whole);
    return Checksum.compute('sha256', whole.readByteArray(length));
  }

  // Bytes of an array, no more than a room holds, each as one character.
  latin(env, handle, from, n) {
    return this.rooms.use((room) => {
      this.getByteArrayRegion(env, handle, from, n, room);
      return fromUnits(new Uint8Array(room.readByteArray(n)));
    });
  }

  classOf(name) {
    let c = this.classes.get(name);
    if (c === undefined) {
      this.vm.perform(() => { c = this.find(name); }); // null where the device has no such class
      this.classes.set(name, c);
    }
    return c;
  }

  id(env, className, name, signature, isStatic = false) {
    const key = `${className}.${name}${signature}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      const c = this.classOf(className);
      if (c === null) throw new Error(`no class ${className}`);
      const get = isStatic ? this.getStaticMethodId : this.getMethodId;
      id = get(env, c, Memory.allocUtf8String(name), Memory.allocUtf8String(signature));
      this.check(env);
      this.ids.set(key, id);
    }
    return id;
  }

  field(env, object, className, name, signature) {
    const key = `${className}#${name}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.getFieldId(env, this.classOf(className), Memory.allocUtf8String(name), Memory.allocUtf8String(signature));
      this.check(env);
      this.ids.set(key, id);
    }
    return signature === 'I' ? this.getIntField(env, object, id) : this.getObjectField(env, object, id);
  }

  // A field of an object whose class may be the app's: that of its own class, whoever declares it.
  fieldOf(env, object, name, signature) {
    const id = this.getFieldId(env, this.getObjectClass(env, object), Memory.allocUtf8String(name), Memory.allocUtf8String(signature));
    this.check(env);
    return signature === 'I' ? this.getIntField(env, object, id) : this.getObjectField(env, object, id);
  }

  // Calls className.name on the object. `ret` is a native type, arguments are handles and integers.
  call(env, object, className, name, signature, ret = 'pointer', types = [], ...args) {
    const id = this.id(env, className, name, signature);
    const result = this.caller('virtual', ret, types)(env, object, id, ...args);
    this.check(env);
    return result;
  }

  callStatic(env, className, name, signature, ret = 'pointer', types = [], ...args) {
    const id = this.id(env, className, name, signature, true);
    const result = this.caller('static', ret, types)(env, this.classOf(className), id, ...args);
    this.check(env);
    return result;
  }

  callText(env, object, className, name, limit) {
    const s = this.call(env, object, className, name, '()Ljava/lang/String;');
    return this.text(env, s, limit);
  }

  // The text of an object: asked so often that even looking its method up would count.
  toText(env, object, limit) {
    return this.text(env, this.asText(env, object), limit);
  }

  // The same as a handle.
  asText(env, object) {
    if (this.toStringId === null) {
      this.toStringId = this.id(env, 'java.lang.Object', 'toString', '()Ljava/lang/String;');
      this.callForText = this.caller('virtual', 'pointer', []);
    }
    const s = this.callForText(env, object, this.toStringId);
    this.check(env);
    return s;
  }

  // A number that stays an object's own while it lives.
  identity(env, object) {
    return this.callStatic(env, 'java.lang.System', 'identityHashCode', '(Ljava/lang/Object;)I', 'int32', ['pointer'], object);
  }

  className(env, object) {
    const c = this.getObjectClass(env, object);
    return this.callText(env, c, 'java.lang.Class', 'getName', 512);
  }

  is(env, object, className) {
    const c = this.classOf(className);
    return c !== null && this.isInstanceOf(env, object, c) !== 0;
  }
}

// Memory that a call writes to, of one size: as many rooms as there are calls under way at once.
export class Pool {
  constructor(size) {
    this.size = size;
    this.free = [];
  }

  use(action) {
    const room = this.free.pop() ?? Memory.alloc(this.size);
    try {
      return action(room);
    } finally {
      this.free.push(room);
    }
  }
}

function unitsOf(room, n) {
  let s;
  try {
    s = room.readUtf16String(n);
  } catch (e) {
    s = null; // a lone surrogate
  }
  return s === null || s.length !== n ? fromUnits(new Uint16Array(room.readByteArray(n * 2))) : s;
}

// UTF-16 units to text, halves of surrogate pairs as they are.
function fromUnits(units) {
  let s = '';
  for (const u of units) s += String.fromCharCode(u);
  return s;
}
