// Puts a native function of ours in the place of a Java method.
//
// The bridge would wrap every argument and rebuild every string; ours gets the bare JNI handles and
// passes them on. The bridge still does the replacing: its method object is given an implementation,
// and the callback that the bridge's patcher (`_r._m`) is about to install is swapped for ours.
//   HotSpot: the patcher runs on the next tick and takes `impl` then.
//   ART (written for it, not yet run there): it has patched at once, so it is undone and asked again.

const INSTANCE = 3; // the bridge's own word for it, as in `overload.type`

export function replaceMethod(overload, flavor, vm, api, body, keep) {
  const isInstance = overload.type === INSTANCE;
  const types = overload.argumentTypes.map((t) => t.type);
  const callback = new NativeCallback(body, overload.returnType.type, ['pointer', 'pointer'].concat(types));
  overload.implementation = unexpected;
  let patcher = overload._r?._m;
  if (patcher === undefined || typeof patcher.resolveTarget !== 'function') {
    throw new Error('this version of frida-java-bridge is not known: no patcher');
  }
  if (flavor === 'jvm') {
    if (!('impl' in patcher)) throw new Error('this version of frida-java-bridge is not known: no impl');
    patcher.impl = callback;
  } else {
    const Patcher = patcher.constructor;
    overload.implementation = null;
    patcher = new Patcher(overload.handle);
    patcher.replace(callback, isInstance, overload.argumentTypes, vm, api);
  }
  keep.push(callback, patcher, overload);
  return { patcher, types, isInstance };
}

function unexpected() {
  throw new Error('the placeholder was called');
}

// HotSpot: after each replaced method the bridge walks every class, every compiled method and the table of
// resolved methods, at one safepoint; for 250 methods that is 2 to 6 seconds. Once after the last of them does
// the same, as the VM itself does when it redefines several classes. Order as in the bridge.
const WALKS = [
  'VM_RedefineClasses::flush_dependent_code',
  'ClassLoaderDataGraph::classes_do',
  'ResolvedMethodTable::adjust_method_entries',
  'ClassLoaderDataGraph::clean_deallocate_lists',
];

// To be called before the tick that makes the patches; gives a function that says whether all was walked.
export function walkOnce(api, patches) {
  const [first] = WALKS;
  if (WALKS.some((name) => typeof api[name] !== 'function')) return () => true; // another VM: left as it is
  const plain = WALKS.map((name) => [name, api[name]]);
  const counted = new Map();
  for (const [name, walk] of plain) {
    counted.set(name, 0);
    api[name] = (...args) => {
      const n = counted.get(name) + 1;
      counted.set(name, n);
      if (n === patches) walk(...args);
    };
  }
  return () => {
    for (const [name, walk] of plain) api[name] = walk;
    return counted.get(first) === patches && WALKS.every((name) => counted.get(name) === patches);
  };
}
