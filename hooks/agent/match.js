// `when`: which calls of a method are of interest. Looked at before anything dear is done.
//
// {arg1: "android_id"}   {arg0.authority: ["sms", "mms*"]}   {arg0: {not: "com.example.self"}}
// A pattern is a text in which * stands for anything. `arg0` alone is the argument's text; `.authority` and
// `.uri` read a content URI, `.action` an intent, `.actions` an intent filter, `.class` the argument's class.

function toTest(patterns) {
  const exact = new Set();
  const globs = [];
  for (const p of patterns) {
    if (p.includes('*')) {
      globs.push(new RegExp(`^${p.split('*').map((s) => s.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's'));
    } else {
      exact.add(p);
    }
  }
  return (text) => exact.has(text) || globs.some((g) => g.test(text));
}

// Conditions of one candidate -> (env, arguments, texts) => boolean. `texts` caches what was read for this call.
export function compile(when, overload, jni) {
  const tests = when.map(({ arg, part, not, patterns }) => {
    const type = overload.argumentTypes[arg];
    if (type === undefined) return null; // an overload with fewer arguments can never match
    const test = toTest(patterns);
    const key = `${arg}.${part}`;
    return (env, args, texts) => {
      let text = texts.get(key);
      if (text === undefined) {
        text = read(env, args[arg], type, part, jni);
        texts.set(key, text);
      }
      return text === null ? false : test(text) !== not;
    };
  });
  if (tests.includes(null)) return () => false;
  return (env, args, texts) => tests.every((t) => t(env, args, texts));
}

function read(env, value, type, part, jni) {
  if (type.type !== 'pointer') return String(value);
  if (value.isNull()) return null;
  if (part === 'action' && type.className !== 'android.content.Intent') return null;
  if (part === 'actions' && type.className !== 'android.content.IntentFilter') return null;
  if (part === 'action') return jni.callText(env, value, 'android.content.Intent', 'getAction', 512);
  if (part === 'actions') return filterActions(env, value, jni);
  if (part === 'class') return jni.className(env, value);
  const text = type.className === 'java.lang.String' ? jni.text(env, value, 1024) : argumentText(env, value, type, jni);
  if (part === 'authority') {
    const m = /^content:\/\/(?:[^/@]*@)?([^/?#]*)/.exec(text);
    return m === null ? null : m[1];
  }
  return text;
}

// The actions of an intent filter, joined by blanks.
function filterActions(env, filter, jni) {
  const c = 'android.content.IntentFilter';
  const actions = [];
  for (let i = 0, n = Math.min(jni.call(env, filter, c, 'countActions', '()I', 'int32'), 64); i < n; i++) {
    actions.push(jni.text(env, jni.call(env, filter, c, 'getAction', '(I)Ljava/lang/String;', 'pointer', ['int32'], i), 512));
  }
  return actions.join(' ');
}

function argumentText(env, value, type, jni) {
  if (type.className.startsWith('[Ljava.lang.String')) {
    const parts = [];
    for (let i = 0, n = Math.min(jni.getArrayLength(env, value), 64); i !== n; i++) {
      parts.push(jni.text(env, jni.getObjectArrayElement(env, value, i), 512));
    }
    return parts.join(' ');
  }
  if (type.className.startsWith('[')) return type.className;
  return jni.toText(env, value, 1024);
}
