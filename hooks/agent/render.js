// Values as JSON: bounded, and never at the cost of the app's own objects.
//
// Only classes named here, and toString of the platform's own classes, are asked anything: a call into
// an app's class would run app code that the app did not call.

import { ascii } from './outbox.js';
import { portOf } from './request.js';
import { Texts } from './texts.js';

const TEXT = 4096;
const SHORT = 256;
const BYTES = 1024;
export const BODY = 16384; // what is encrypted or compressed is looked for in what was sent
const ITEMS = 64;
const SCANNED = 1024; // of a longer list no more is looked at
const ROWS = 20;
const COLUMNS = 40;
const CELL = 256;
const BLOB = 64;
const DEPTH = 4;

const S = '()Ljava/lang/String;';
const STRING = 'Ljava/lang/String;';
const VOLLEY = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PATCH']; // com.android.volley.Request$Method
const PLATFORM = /^(android\.(?!support\.|arch\.)|com\.android\.|java\.|javax\.|libcore\.)/;

// A renderer: [class, (r, env, object, depth) => JSON]. The first that the object is an instance of counts.
const IDENTITY = /^([\w.$]+)@[0-9a-f]+$/;
const text = (r, env, o) => {
  const t = r.jni.toText(env, o, SHORT);
  const plain = t === null || !t.includes('@') ? null : IDENTITY.exec(t); // Object's own toString tells nothing but the class
  return plain !== null ? { class: plain[1] } : t;
};
const get = (className, name) => (r, env, o) => r.jni.callText(env, o, className, name, SHORT);
const string = (r, env, o, c, name) => r.tryText(env, o, c, name);

const RENDERERS = [
  ['java.lang.String', (r, env, o) => r.jni.wholeText(env, o, TEXT)],
  ['java.lang.CharSequence', (r, env, o) => r.jni.toText(env, o, TEXT)],
  ['java.lang.Number', text],
  ['java.lang.Boolean', (r, env, o) => r.jni.toText(env, o, SHORT) === 'true'],
  ['java.util.Map', (r, env, o) => ({ count: r.jni.call(env, o, 'java.util.Map', 'size', '()I', 'int32') })],
  ['java.util.Collection', collection],
  ['android.database.Cursor', (r, env, o) => JSON.parse(cursor(r, env, o).json)],
  ['android.location.Location', location],
  ['android.location.Address', text],
  ['android.net.Uri', text],
  ['android.content.Intent', intent],
  ['android.content.IntentFilter', (r, env, o) => filter(r, env, o)],
  ['android.content.ClipData', clip],
  ['android.content.pm.PackageInfo', (r, env, o) => r.fieldText(env, o, 'android.content.pm.PackageInfo', 'packageName')],
  ['android.content.pm.PackageItemInfo', (r, env, o) => r.fieldText(env, o, 'android.content.pm.PackageItemInfo', 'packageName')],
  ['android.content.pm.ResolveInfo', resolve],
  ['android.app.ActivityManager$RunningAppProcessInfo', (r, env, o) => r.fieldText(env, o, 'android.app.ActivityManager$RunningAppProcessInfo', 'processName')],
  ['android.app.usage.UsageStats', get('android.app.usage.UsageStats', 'getPackageName')],
  ['android.accounts.Account', (r, env, o) => ({
    name: r.fieldText(env, o, 'android.accounts.Account', 'name'), type: r.fieldText(env, o, 'android.accounts.Account', 'type'),
  })],
  ['android.net.wifi.WifiInfo', wifi],
  ['android.net.wifi.ScanResult', (r, env, o) => ({
    ssid: r.fieldText(env, o, 'android.net.wifi.ScanResult', 'SSID'), bssid: r.fieldText(env, o, 'android.net.wifi.ScanResult', 'BSSID'),
  })],
  ['android.bluetooth.BluetoothDevice', (r, env, o) => ({
    address: string(r, env, o, 'android.bluetooth.BluetoothDevice', 'getAddress'), name: string(r, env, o, 'android.bluetooth.BluetoothDevice', 'getName'),
  })],
  ['android.hardware.Sensor', get('android.hardware.Sensor', 'getName')],
  ['android.telephony.SubscriptionInfo', (r, env, o) => ({
    iccid: string(r, env, o, 'android.telephony.SubscriptionInfo', 'getIccId'), number: string(r, env, o, 'android.telephony.SubscriptionInfo', 'getNumber'),
    carrier: r.tryCall(env, o, 'android.telephony.SubscriptionInfo', 'getCarrierName', '()Ljava/lang/CharSequence;'),
  })],
  ['java.net.InetAddress', get('java.net.InetAddress', 'getHostAddress')],
  ['java.net.Socket', (r, env, o) => ({ port: portOf(env, r.jni, o) })], // this machine's, once it is connected
  ['java.net.NetworkInterface', get('java.net.NetworkInterface', 'getName')],
  ['java.net.InterfaceAddress', text],
  ['java.io.File', text],
  ['android.os.BinderProxy', get('android.os.BinderProxy', 'getInterfaceDescriptor')],
  ['java.lang.ProcessBuilder', (r, env, o, depth) => r.object(env, r.jni.call(env, o, 'java.lang.ProcessBuilder', 'command', '()Ljava/util/List;'), depth)],
];

// What comes most often, by its declared type: {json, count} of an object; null where that is too long for the quick way.
const QUICK = new Map([
  ['java.lang.String', (r, env, o) => r.texts.one(env, o, TEXT)],
  ['android.net.Uri', (r, env, o) => r.texts.one(env, r.jni.asText(env, o), SHORT)],
  ['[Ljava.lang.String;', (r, env, o) => r.texts.several(env, o, ITEMS, TEXT)],
  ['[B', (r, env, o, body) => r.texts.bytes(env, o, body ? BODY : BYTES)],
  ['android.database.Cursor', (r, env, o) => cursor(r, env, o)],
]);
// Of libraries that the app brings: by their fields, so that none of their code runs.
const REQUESTS = [
  ['okhttp3.Request', (r, env, o) => ({
    method: r.jni.text(env, r.jni.fieldOf(env, o, 'method', STRING), SHORT),
    url: r.jni.wholeText(env, r.jni.fieldOf(env, r.jni.fieldOf(env, o, 'url', 'Lokhttp3/HttpUrl;'), 'url', STRING), TEXT),
  })],
  ['com.android.volley.Request', (r, env, o) => ({
    method: VOLLEY[r.jni.fieldOf(env, o, 'mMethod', 'I')] ?? null, url: r.jni.wholeText(env, r.jni.fieldOf(env, o, 'mUrl', STRING), TEXT),
  })],
];
const BY_TYPE = new Map([...RENDERERS, ...REQUESTS]);
const NO_PLACEHOLDERS = { values: new Set(), json: new Set() };

// The texts that stand for nothing.
export function placeholders(texts) {
  return { values: new Set(texts), json: new Set(texts.map(ascii)) };
}

export class Renderer {
  constructor(jni) {
    this.jni = jni;
    this.texts = new Texts(jni);
    this.byClass = new Map();
    this.empty = false;
  }

  // How a native value of a declared type is told: (env, native, placeholders) => JSON without a byte beyond ASCII. `empty` says
  // then whether it is nothing. `body`: whether bytes are what a request may be made of, so that more of them count. Never throws.
  teller(type, body = false) {
    const quick = type.type === 'pointer' ? QUICK.get(type.className) : undefined;
    const slow = (env, native, none = NO_PLACEHOLDERS) => {
      const value = this.value(env, native, type);
      this.empty = isEmpty(value, none.values);
      return ascii(value);
    };
    if (quick === undefined) return slow;
    return (env, native, none = NO_PLACEHOLDERS) => {
      if (native.isNull()) {
        this.empty = true;
        return 'null';
      }
      let told;
      try {
        told = quick(this, env, native, body);
      } catch (e) {
        this.empty = false;
        return ascii(this.unreadable(env, type, e));
      }
      if (told === null) return slow(env, native, none);
      this.empty = told.count === 0 || told.json === '""' || none.json.has(told.json);
      return told.json;
    };
  }

  unreadable(env, type, error) {
    if (this.jni.exceptionCheck(env) !== 0) this.jni.exceptionClear(env);
    return { unreadable: `${type.className}: ${error.message}` };
  }

  // A native value of a declared type -> JSON. Never throws; what cannot be told says why.
  value(env, native, type, depth = 0) {
    switch (type.type) {
      case 'void': return null;
      case 'uint8': return native !== 0;
      case 'uint16': return String.fromCharCode(native);
      case 'int64': {
        const n = native.toNumber();
        return Number.isSafeInteger(n) ? n : native.toString();
      }
      case 'float': case 'double': return Number.isFinite(native) ? native : String(native);
      case 'pointer': break;
      default: return native;
    }
    if (native.isNull()) return null;
    try {
      const known = BY_TYPE.get(type.className);
      return known !== undefined ? known(this, env, native, depth + 1) : this.object(env, native, depth);
    } catch (e) {
      return this.unreadable(env, type, e);
    }
  }

  object(env, o, depth) {
    const { jni } = this;
    const name = jni.className(env, o);
    if (name[0] === '[') return this.array(env, o, name, depth);
    if (depth >= DEPTH) return { class: name };
    let render = this.byClass.get(name);
    if (render === undefined) {
      const found = RENDERERS.find(([c]) => jni.is(env, o, c));
      render = found !== undefined ? found[1] : PLATFORM.test(name) ? text : () => ({ class: name });
      this.byClass.set(name, render);
    }
    return render(this, env, o, depth + 1);
  }

  array(env, o, name, depth) {
    const { jni } = this;
    if (name === '[B') {
      return JSON.parse(this.texts.bytes(env, o, BYTES).json);
    }
    const length = jni.getArrayLength(env, o);
    if (name === '[I') {
      const n = Math.min(length, ITEMS);
      return jni.rooms.use((room) => {
        jni.getIntArrayRegion(env, o, 0, n, room);
        return Array.from(new Int32Array(room.readByteArray(n * 4)));
      });
    }
    if (name[1] !== 'L' && name[1] !== '[') return { class: name, length };
    const items = [];
    for (let i = 0; i < length && i < ITEMS; i++) {
      const item = jni.getObjectArrayElement(env, o, i);
      items.push(item.isNull() ? null : this.object(env, item, depth + 1));
      jni.deleteLocalRef(env, item);
    }
    return length <= ITEMS ? items : { count: length, items };
  }

  tryText(env, o, className, name) {
    return this.tryCall(env, o, className, name, S);
  }

  // A getter's answer as text; null where it refuses (a permission) or is not there.
  tryCall(env, o, className, name, signature) {
    try {
      const result = this.jni.call(env, o, className, name, signature);
      return result.isNull() ? null : this.jni.toText(env, result, SHORT);
    } catch (e) {
      return null;
    }
  }

  fieldText(env, o, className, name) {
    return this.jni.text(env, this.jni.field(env, o, className, name, 'Ljava/lang/String;'), SHORT);
  }
}

// Whether the app got nothing: null, "", an empty list, a cursor without rows, a placeholder.
function isEmpty(value, none) {
  if (value === null || value === '' || none.has(value)) return true;
  if (Array.isArray(value)) return value.every((p) => p === null || p === '');
  if (typeof value === 'object') {
    if (value.count === 0 || value.length === 0) return true;
    const parts = Object.values(value);
    return parts.length > 0 && parts.every((p) => p === null || p === '' || none.has(p));
  }
  return false;
}

function collection(r, env, o, depth) {
  const { jni } = r;
  const count = jni.call(env, o, 'java.util.Collection', 'size', '()I', 'int32');
  const all = jni.call(env, o, 'java.util.Collection', 'toArray', '()[Ljava/lang/Object;');
  const items = [];
  const seen = new Set();
  let at = 0;
  for (; at < count && at < SCANNED && items.length < ITEMS; at++) {
    const item = jni.getObjectArrayElement(env, all, at);
    const shown = item.isNull() ? null : r.object(env, item, depth);
    jni.deleteLocalRef(env, item);
    if (typeof shown === 'string') { // three hundred screens of one app are one name
      if (seen.has(shown)) continue;
      seen.add(shown);
    }
    items.push(shown);
  }
  return at < count ? { count, items, more: true } : { count, items };
}

// The first rows of a cursor, {json, count}. The app's own position is put back.
function cursor(r, env, o) {
  for (let rows = ROWS; ; rows >>= 1) { // fewer where their cells are too long together
    const told = r.texts.rows(env, o, { rows, columns: COLUMNS, limit: CELL, bytes: BLOB });
    if (told !== null) return told;
    if (rows === 0) throw new Error('its columns are too long');
  }
}

function location(r, env, o) {
  const c = 'android.location.Location';
  const d = (name) => r.jni.call(env, o, c, name, '()D', 'double');
  return {
    lat: d('getLatitude'), lon: d('getLongitude'),
    accuracy: r.jni.call(env, o, c, 'getAccuracy', '()F', 'float'),
    provider: r.jni.callText(env, o, c, 'getProvider', SHORT),
  };
}

function intent(r, env, o) {
  const c = 'android.content.Intent';
  return {
    action: string(r, env, o, c, 'getAction'), data: r.tryCall(env, o, c, 'getDataString', S),
    package: string(r, env, o, c, 'getPackage'), component: r.tryCall(env, o, c, 'getComponent', '()Landroid/content/ComponentName;'),
  };
}

function filter(r, env, o) {
  const c = 'android.content.IntentFilter';
  const actions = [];
  for (let i = 0, n = Math.min(r.jni.call(env, o, c, 'countActions', '()I', 'int32'), ITEMS); i !== n; i++) {
    actions.push(r.jni.text(env, r.jni.call(env, o, c, 'getAction', '(I)Ljava/lang/String;', 'pointer', ['int32'], i), SHORT));
  }
  return { actions };
}

function clip(r, env, o) {
  const { jni } = r;
  const c = 'android.content.ClipData';
  const count = jni.call(env, o, c, 'getItemCount', '()I', 'int32');
  const items = [];
  for (let i = 0; i < count && i < ITEMS; i++) {
    const item = jni.call(env, o, c, 'getItemAt', '(I)Landroid/content/ClipData$Item;', 'pointer', ['int32'], i);
    const words = jni.call(env, item, 'android.content.ClipData$Item', 'getText', '()Ljava/lang/CharSequence;');
    items.push(words.isNull() ? r.tryCall(env, item, 'android.content.ClipData$Item', 'getUri', '()Landroid/net/Uri;') : jni.toText(env, words, TEXT));
  }
  return { count, items };
}

function resolve(r, env, o) {
  const { jni } = r;
  const c = 'android.content.pm.ResolveInfo';
  for (const [name, type] of [['activityInfo', 'ActivityInfo'], ['serviceInfo', 'ServiceInfo'], ['providerInfo', 'ProviderInfo']]) {
    const info = jni.field(env, o, c, name, `Landroid/content/pm/${type};`);
    if (!info.isNull()) return r.fieldText(env, info, 'android.content.pm.PackageItemInfo', 'packageName');
  }
  return null;
}

function wifi(r, env, o) {
  const c = 'android.net.wifi.WifiInfo';
  return { ssid: string(r, env, o, c, 'getSSID'), bssid: string(r, env, o, c, 'getBSSID'), mac: string(r, env, o, c, 'getMacAddress') };
}
