// The bytes that a call takes from, or puts into, a java.nio.ByteBuffer: those between its position before and its position after.

export const BUFFER = 'java.nio.ByteBuffer';
const MOST = 256 << 10; // bytes that are copied

// Where the buffers among the arguments stand; null where `places` says that there are none.
export function positions(env, jni, places, args) {
  return places === null ? null : places.map((i) => (args[i].isNull() ? 0 : position(env, jni, args[i])));
}

// JSON of the bytes, as of an array's. `from`: the position before the call.
export function moved(env, jni, texts, buffer, from, limit) {
  const length = Math.max(0, position(env, jni, buffer) - from);
  const n = Math.min(length, MOST);
  const whole = jni.call(env, buffer, BUFFER, 'duplicate', `()L${BUFFER.replaceAll('.', '/')};`);
  jni.call(env, whole, 'java.nio.Buffer', 'position', '(I)Ljava/nio/Buffer;', 'pointer', ['int32'], from);
  const array = jni.newByteArray(env, n);
  jni.call(env, whole, BUFFER, 'get', `([B)L${BUFFER.replaceAll('.', '/')};`, 'pointer', ['pointer'], array);
  const { json } = texts.bytes(env, array, limit);
  if (n === length) return json;
  const { hex } = JSON.parse(json);
  return JSON.stringify({ hex, length });
}

function position(env, jni, buffer) {
  return jni.call(env, buffer, 'java.nio.Buffer', 'position', '()I', 'int32');
}
