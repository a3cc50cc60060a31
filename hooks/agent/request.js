// HTTP requests as they are written to a connection, and the socket that they go to.
//
// Every write of a TLS or plain socket's stream passes here: its first bytes turn all but the heads of requests away.

const FIRST = 8; // bytes; "OPTIONS " has as many
const SCANNED = 8192; // of the head, for its host
const KEPT = 512;
const METHOD = /^(GET|POST|PUT|HEAD|PATCH|DELETE|OPTIONS|CONNECT|TRACE) /;
const HOST = /\r\nhost:[ \t]*([^\r\n]*?)[ \t]*\r\n/i;
const END = '\r\n\r\n';

// Where what writes has its socket: the field and its type. Those of Android: AOSP's libcore and Conscrypt, not yet run there.
const SOCKETS = new Map([
  ['java.net.SocketOutputStream', ['socket', 'java/net/Socket']],
  ['sun.security.ssl.SSLSocketImpl$AppOutputStream', ['this$0', 'sun/security/ssl/SSLSocketImpl']],
]);
const CONSCRYPT = /^((?:com\.android\.)?org\.conscrypt\.(?:ConscryptEngineSocket|ConscryptFileDescriptorSocket|OpenSSLSocketImpl))\$SSLOutputStream$/;

// The method of the request whose head begins in `args[at]`, an array of bytes, at the place that the next argument names; null
// where none does.
export function methodIn(env, jni, args, at) {
  const found = METHOD.exec(written(env, jni, args, at, FIRST));
  return found === null ? null : found[1];
}

// {head, host, cut}: its first bytes as text, line by line; the host that it names, wherever that stands; whether there is more.
export function headIn(env, jni, args, at) {
  const text = written(env, jni, args, at, SCANNED);
  const end = text.indexOf(END);
  const whole = end < 0 ? text : text.slice(0, end);
  const host = HOST.exec(`${whole}\r\n`);
  return { head: whole.slice(0, KEPT), host: host === null ? null : host[1], cut: end < 0 || whole.length > KEPT };
}

// The port of this machine that the connection of a stream, or of a socket's implementation, has; null where that cannot be told.
export function localPort(env, jni, self, className) {
  if (className === 'sun.nio.ch.NioSocketImpl') return jni.call(env, self, 'java.net.SocketImpl', 'getLocalPort', '()I', 'int32');
  const conscrypt = CONSCRYPT.exec(className);
  const [name, type] = conscrypt !== null ? ['this$0', conscrypt[1].replace(/\./g, '/')] : SOCKETS.get(className) ?? [];
  if (name === undefined) return null;
  const socket = jni.fieldOf(env, self, name, `L${type};`);
  return socket.isNull() ? null : portOf(env, jni, socket);
}

export function portOf(env, jni, socket) {
  return jni.call(env, socket, 'java.net.Socket', 'getLocalPort', '()I', 'int32');
}

// No more than `most` bytes of what a write writes, each as one character: of (bytes) all, of (bytes, offset, length) that part.
function written(env, jni, args, at, most) {
  if (args[at].isNull()) return '';
  const length = jni.getArrayLength(env, args[at]);
  const from = args[at + 1] ?? 0;
  const n = Math.min(args[at + 2] ?? length, length - from, most);
  return from < 0 || n <= 0 ? '' : jni.latin(env, args[at], from, n);
}
