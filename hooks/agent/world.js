// Where classes are. A phone: the framework's on the boot class path, the app's in a loader of its own once
// it is there. The lab: both in loaders that are found in the heap.

const FOR_NAME = '(Ljava/lang/String;ZLjava/lang/ClassLoader;)Ljava/lang/Class;';
const PROBE = 'android.app.Application';

export class World {
  constructor(java) {
    this.java = java;
    this.flavor = java.api.flavor;
    this.vm = java.vm;
    this.factory = java.classFactory;
    this.jni = null;     // set by the session
    this.forName = null; // {owner, id}
    this.loader = null;
    this.loaderName = 'boot';
    this.known = new Map(); // wrappers by what was asked, null for what is not there: many methods of one class are hooked
    if (this.flavor === 'jvm') this.chooseLoader();
  }

  // HotSpot: the loader that itself defines the framework. An uninstrumented copy may lie on the plain
  // class path as well, so a loader other than the system's wins.
  chooseLoader() {
    const java = this.java;
    const JavaClass = java.use('java.lang.Class');
    const forName = JavaClass.forName.overload('java.lang.String', 'boolean', 'java.lang.ClassLoader');
    const system = java.use('java.lang.ClassLoader').getSystemClassLoader();
    this.loader = system;
    this.loaderName = system.$className;
    this.appLoaders = [];
    const seen = [];
    for (const loader of java.enumerateClassLoadersSync()) {
      const name = loader.$className;
      if (/^(jdk|sun|java)\./.test(name)) continue;
      seen.push(name);
      let probe;
      try {
        probe = forName.call(JavaClass, PROBE, false, loader);
      } catch (e) {
        continue; // this loader knows no Android
      }
      const owner = probe.getClassLoader();
      if (owner !== null && owner.$className === name) {
        this.loader = java.retain(loader);
        this.loaderName = name;
      } else if (owner !== null) {
        this.appLoaders.push(java.retain(loader)); // it has its framework from another loader
      }
    }
    this.seen = seen;
    this.factory = java.ClassFactory.get(this.loader);
  }

  // The bridge's wrapper of a class; null where there is none. On HotSpot the class is initialised first:
  // replacing a method of a class that is not yet initialised aborts the VM.
  use(name) {
    return this.once(name, () => this.useFrom(name, this.loader, this.factory));
  }

  // A class of the app itself.
  useApp(name) {
    return this.once(`app ${name}`, () => this.findApp(name));
  }

  once(key, find) {
    let wrapper = this.known.get(key);
    if (wrapper === undefined) {
      wrapper = find();
      this.known.set(key, wrapper);
    }
    return wrapper;
  }

  findApp(name) {
    if (this.flavor !== 'jvm') return this.useFrom(name, null, this.java.classFactory);
    for (const loader of [...this.appLoaders, this.loader]) {
      const wrapper = this.useFrom(name, loader, this.java.ClassFactory.get(loader));
      if (wrapper !== null) return wrapper;
    }
    return null;
  }

  // A class that this loader itself defines, and none of its parents; null where it does not.
  definedBy(name, loader) {
    const JavaClass = this.java.use('java.lang.Class');
    const forName = JavaClass.forName.overload('java.lang.String', 'boolean', 'java.lang.ClassLoader');
    try {
      const owner = forName.call(JavaClass, name, false, loader).getClassLoader();
      if (owner === null || !owner.equals(loader)) return null;
      if (this.flavor === 'jvm') forName.call(JavaClass, name, true, loader);
    } catch (e) {
      if (isAbsent(e, name)) return null;
      throw e;
    }
    return this.java.ClassFactory.get(loader).use(name);
  }

  // An object of the app's, as a class loader that is kept.
  retained(handle) {
    return this.java.retain(this.java.cast(handle, this.java.use('java.lang.ClassLoader')));
  }

  useFrom(name, loader, factory) {
    try {
      if (this.flavor === 'jvm') this.initialise(name, loader);
      return factory.use(name);
    } catch (e) {
      if (isAbsent(e, name)) return null;
      throw e;
    }
  }

  // Class.forName by bare JNI: several hundred names are asked for, and many are not there.
  initialise(name, loader) {
    const { jni } = this;
    const env = this.vm.getEnv().handle;
    if (this.forName === null) this.forName = jni.bootMethod(env, 'java/lang/Class', 'forName', FOR_NAME);
    const { owner, id } = this.forName;
    const text = jni.newStringUtf(env, Memory.allocUtf8String(name));
    jni.deleteLocalRef(env, jni.caller('static', 'pointer', ['pointer', 'uint8', 'pointer'])(env, owner, id, text, 1, loader.$h));
    jni.deleteLocalRef(env, text);
    if (jni.exceptionCheck(env) === 0) return;
    const thrown = jni.exceptionOccurred(env);
    jni.exceptionClear(env);
    const why = jni.toText(env, thrown, 512);
    jni.deleteLocalRef(env, thrown);
    throw new Error(why);
  }

  // A global reference to the class, for JNI; null where there is none.
  reference(jni, name) {
    const wrapper = this.use(name);
    if (wrapper === null) return null;
    const env = this.vm.getEnv();
    const handle = wrapper.$borrowClassHandle(env);
    try {
      return jni.newGlobalRef(env.handle, handle.value);
    } finally {
      handle.unref(env);
    }
  }
}

// A class that needs a native method of its own to begin with, which this VM has not, is nobody's: the JDK ships such.
function isAbsent(error, name) {
  if (error.message.startsWith('java.lang.UnsatisfiedLinkError: ') && error.message.includes(` ${name}.`)) return true;
  return /ClassNotFoundException|NoClassDefFoundError: L?[\w/$.]+;?$/.test(error.message) && error.message.includes(name.split('.').pop());
}
