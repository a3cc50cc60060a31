// Where classes are. A phone: the framework's on the boot class path, the app's in a loader of its own once
// it is there. The lab: both in loaders that are found in the heap.

const PROBE = 'android.app.Application';

export class World {
  constructor(java) {
    this.java = java;
    this.flavor = java.api.flavor;
    this.vm = java.vm;
    this.factory = java.classFactory;
    this.loader = null;
    this.loaderName = 'boot';
    this.absent = new Set(); // classes that are not there: many methods of one class are asked for
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
    this.forName = (name, where) => forName.call(JavaClass, name, true, where);
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
    if (this.absent.has(key)) return null;
    const wrapper = find();
    if (wrapper === null) this.absent.add(key);
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
      if (this.flavor === 'jvm') this.forName(name, loader);
      return factory.use(name);
    } catch (e) {
      if (isAbsent(e, name)) return null;
      throw e;
    }
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

function isAbsent(error, name) {
  return /ClassNotFoundException|NoClassDefFoundError: L?[\w/$.]+;?$/.test(error.message) && error.message.includes(name.split('.').pop());
}
