// `when`: which calls of a method are of interest. Looked at before anything dear is done.
//
// {arg1: "android_id"}   {arg0.authority: ["sms", "mms*"]}   {arg0: {not: "com.example.self"}}   {receiver.command: "su*"}
// A pattern is a text in which * stands for anything and $pid for this process. `arg0` alone is the argument's text;
// `.authority` reads a content URI or is the text of an authority, `.action` and `.package` (the one that is to have
// it) an intent, `.actions` an intent filter, `.class` the class, `.request` the method of an HTTP request that is written. `receiver` is the object the method is called on: a
// File, `.command` of a ProcessBuilder, `.package` of a notification, `.provider` of a Location, `.descriptor` of a binder.

import { methodIn } from './request.js';

const CONTENT = 'content://';

function toTest(patterns) {
  const exact = new Set();
  const globs = [];
  for (const pattern of patterns) {
    const p = pattern.replace('$pid', String(Process.id));
    if (p.includes('*')) globs.push(glob(p));
    else exact.add(p);
  }
  return globs.length === 0 ? (text) => exact.has(text) : (text) => exact.has(text) || globs.some((fits) => fits(text));
}

// Most have one star at an end, or one at both, and need no regular expression.
function glob(pattern) {
  const parts = pattern.split('*');
  const [first, second, third] = parts;
  if (parts.length === 2 && second === '') return (text) => text.startsWith(first);
  if (parts.length === 2 && first === '') return (text) => text.endsWith(second);
  if (parts.length === 3 && first === '' && third === '') return (text) => text.includes(second);
  const whole = new RegExp(`^${parts.map((s) => s.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's');
  return (text) => whole.test(text);
}

// Conditions of one candidate -> (env, arguments, texts, receiver) => boolean. `texts` caches what was read for this call.
export function compile(when, overload, jni) {
  const tests = when.map(({ arg, part, not, patterns }) => {
    const type = arg === 'receiver' ? null : overload.argumentTypes[arg];
    if (type === undefined) return null; // an overload with fewer arguments can never match
    const test = toTest(patterns);
    const key = `${arg}.${part}`;
    return (env, args, texts, receiver) => {
      let text = texts.get(key);
      if (text === undefined) {
        if (part === 'request') text = type.className === '[B' ? methodIn(env, jni, args, arg) : null;
        else text = type === null ? readReceiver(env, receiver, part, jni) : read(env, args[arg], type, part, jni);
        texts.set(key, text);
      }
      return text === null ? false : test(text) !== not;
    };
  });
  if (tests.includes(null)) return () => false;
  if (tests.length === 1) return tests[0];
  return (env, args, texts, receiver) => tests.every((t) => t(env, args, texts, receiver));
}

// The same for a function of C, all of whose arguments of interest are texts: `text(n)` reads one.
export function compileTexts(when) {
  const tests = when.map(({ arg, not, patterns }) => ({ arg, not, test: toTest(patterns) }));
  return (text) => tests.every(({ arg, not, test }) => {
    const t = text(arg);
    return t !== null && test(t) !== not;
  });
}

function read(env, value, type, part, jni) {
  if (type.type !== 'pointer') return String(value);
  if (value.isNull()) return null;
  if (INTENT.has(part)) return type.className === 'android.content.Intent' ? INTENT.get(part)(env, value, jni) : null;
  if (part === 'actions') return type.className === 'android.content.IntentFilter' ? filterActions(env, value, jni) : null;
  if (part === 'class') return jni.className(env, value);
  const isText = type.className === 'java.lang.String';
  const text = isText ? jni.text(env, value, 1024) : argumentText(env, value, type, jni);
  if (part === 'authority') {
    if (text.startsWith(CONTENT)) return authority(text);
    return isText && /^[\w.-]+$/.test(text) ? text : null;
  }
  return text;
}

// content://10@sms/inbox?a=b -> sms
function authority(uri) {
  let end = uri.length;
  for (const mark of '/?#') {
    const at = uri.indexOf(mark, CONTENT.length);
    if (at >= 0 && at < end) end = at;
  }
  const user = uri.lastIndexOf('@', end);
  return uri.slice(user >= CONTENT.length ? user + 1 : CONTENT.length, end);
}

// Null where the receiver is not of the class that has the part, or where the method is static.
function readReceiver(env, receiver, part, jni) {
  if (receiver === undefined || receiver.isNull()) return null;
  if (part === 'class') return jni.className(env, receiver);
  const [className, get] = RECEIVER[part];
  return jni.is(env, receiver, className) ? get(env, receiver, jni) : null;
}

const RECEIVER = {
  '': ['java.io.File', (env, file, jni) => jni.callText(env, file, 'java.io.File', 'getPath', 1024)],
  descriptor: ['android.os.BinderProxy', (env, proxy, jni) => jni.callText(env, proxy, 'android.os.BinderProxy', 'getInterfaceDescriptor', 256)],
  package: ['android.service.notification.StatusBarNotification', (env, notification, jni) => {
    return jni.callText(env, notification, 'android.service.notification.StatusBarNotification', 'getPackageName', 512);
  }],
  provider: ['android.location.Location', (env, place, jni) => jni.callText(env, place, 'android.location.Location', 'getProvider', 64)],
  command: ['java.lang.ProcessBuilder', (env, builder, jni) => {
    const words = jni.call(env, builder, 'java.lang.ProcessBuilder', 'command', '()Ljava/util/List;');
    const array = jni.call(env, words, 'java.util.List', 'toArray', '()[Ljava/lang/Object;');
    return joined(env, array, jni);
  }],
};

const INTENT = new Map([
  ['action', (env, intent, jni) => jni.callText(env, intent, 'android.content.Intent', 'getAction', 512)],
  ['package', (env, intent, jni) => {
    const component = jni.call(env, intent, 'android.content.Intent', 'getComponent', '()Landroid/content/ComponentName;');
    const named = component.isNull() ? jni.callText(env, intent, 'android.content.Intent', 'getPackage', 512)
      : jni.callText(env, component, 'android.content.ComponentName', 'getPackageName', 512);
    return named ?? ''; // whoever answers to it
  }],
]);

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
  if (type.className.startsWith('[Ljava.lang.String')) return joined(env, value, jni);
  if (type.className.startsWith('[')) return type.className;
  return jni.toText(env, value, 1024);
}

// The texts of an array, joined by blanks.
function joined(env, array, jni) {
  const parts = [];
  for (let i = 0, n = Math.min(jni.getArrayLength(env, array), 64); i !== n; i++) {
    const word = jni.getObjectArrayElement(env, array, i);
    parts.push(jni.text(env, word, 512));
    jni.deleteLocalRef(env, word);
  }
  return parts.join(' ');
}
