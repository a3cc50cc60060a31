// Values as JSON: bounded, and never at the cost of the app's own objects.
//
// Only classes named here, and toString of the platform's own classes, are asked anything: a call into
// an app's class would run app code that the app did not call.

const TEXT = 4096;
const SHORT = 256;
const BYTES = 1024;
const ITEMS = 64;
const SCANNED = 1024; // of a longer list no more is looked at
const ROWS = 20;
const COLUMNS = 40;
const CELL = 256;
const DEPTH = 4;

const S = '()Ljava/lang/String;';
const PLATFORM = /^(android\.(?!support\.|arch\.)|com\.android\.|java\.|javax\.|libcore\.)/;

// A renderer: [class, (r, env, object, depth) => JSON]. The first that the object is an instance of counts.
const IDENTITY = /^([\w.$]+)@[0-9a-f]+$/;
const text = (r, env, o) => {
  const t = r.jni.toText(env, o, SHORT);
  const plain = t === null ? null : IDENTITY.exec(t); // Object's own toString tells nothing but the class
  return plain !== null ? { class: plain[1] } : t;
};
const get = (className, name) => (r, env, o) => r.jni.callText(env, o, className, name, SHORT);
const string = (r, env, o, c, name) => r.tryText(env, o, c, name);

const RENDERERS = [
  ['java.lang.String', (r, env, o) => r.jni.text(env, o, TEXT)],
  ['java.lang.CharSequence', (r, env, o) => r.jni.toText(env, o, TEXT)],
  ['java.lang.Number', text],
  ['java.lang.Boolean', (r, env, o) => r.jni.toText(env, o, SHORT) === 'true'],
  ['java.util.Map', (r, env, o) => ({ count: r.jni.call(env, o, 'java.util.Map', 'size', '()I', 'int32') })],
  ['java.util.Collection', collection],
  ['android.database.Cursor', cursor],
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
  ['java.net.NetworkInterface', get('java.net.NetworkInterface', 'getName')],
  ['java.net.InterfaceAddress', text],
  ['java.io.File', text],
  ['java.lang.ProcessBuilder', (r, env, o, depth) => r.object(env, r.jni.call(env, o, 'java.lang.ProcessBuilder', 'command', '()Ljava/util/List;'), depth)],
];

export class Renderer {
  constructor(jni) {
    this.jni = jni;
    this.byClass = new Map();
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
      return this.object(env, native, depth);
    } catch (e) {
      if (this.jni.exceptionCheck(env) !== 0) this.jni.exceptionClear(env);
      return { unreadable: `${type.className}: ${e.message}` };
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
      const { hex, length } = jni.bytes(env, o, BYTES);
      return hex.length === length * 2 ? hex : { hex, length };
    }
    const length = jni.getArrayLength(env, o);
    if (name === '[I') {
      const n = Math.min(length, ITEMS);
      jni.getIntArrayRegion(env, o, 0, n, jni.scratch);
      return Array.from(new Int32Array(jni.scratch.readByteArray(n * 4)));
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
export function isEmpty(value, placeholders) {
  if (value === null || value === '' || placeholders.has(value)) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object') {
    if (value.count === 0) return true;
    const parts = Object.values(value);
    return parts.length > 0 && parts.every((p) => p === null || p === '' || placeholders.has(p));
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

// The first rows of a cursor. The app's own position is put back.
function cursor(r, env, o) {
  const { jni } = r;
  const c = 'android.database.Cursor';
  const int = (name, signature = '()I', types = [], ...args) => jni.call(env, o, c, name, signature, 'int32', types, ...args);
  const count = int('getCount');
  const names = jni.call(env, o, c, 'getColumnNames', '()[Ljava/lang/String;');
  const width = jni.getArrayLength(env, names);
  const columns = [];
  for (let i = 0; i < width && i < COLUMNS; i++) columns.push(jni.text(env, jni.getObjectArrayElement(env, names, i), CELL));
  const position = int('getPosition');
  const move = (to) => jni.call(env, o, c, 'moveToPosition', '(I)Z', 'uint8', ['int32'], to);
  const rows = [];
  try {
    for (let row = 0; row < count && row < ROWS; row++) {
      if (move(row) === 0) break;
      rows.push(columns.map((_, i) => cell(jni, env, o, c, i)));
    }
  } finally {
    move(position);
  }
  return { columns, count, rows };
}

const NULL_CELL = 0;
const BLOB_CELL = 4;

function cell(jni, env, o, c, i) {
  const type = jni.call(env, o, c, 'getType', '(I)I', 'int32', ['int32'], i);
  if (type === NULL_CELL) return null;
  if (type === BLOB_CELL) {
    const blob = jni.call(env, o, c, 'getBlob', '(I)[B', 'pointer', ['int32'], i);
    return jni.bytes(env, blob, 64).hex;
  }
  const s = jni.call(env, o, c, 'getString', '(I)Ljava/lang/String;', 'pointer', ['int32'], i);
  const t = jni.text(env, s, CELL);
  jni.deleteLocalRef(env, s);
  return t;
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
