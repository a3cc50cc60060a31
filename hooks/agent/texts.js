// Java's texts as JSON, written by C in one call: asked one JNI function after the other, a query's five arguments and its
// cursor cost more than the query. Everything beyond ASCII is escaped, so a length is a size and half a surrogate pair
// can be written down.

import { Pool, WITHOUT_LOCK } from './jni.js';

const ROOM = 256 << 10;  // bytes of JSON; what needs more is told by the slow way
const UNITS = 8192;      // of UTF-16 at a time
const TOO_LONG = -1;
const THREW = -2;

// Slots of the JNI function table as in jni.js. Calls of Java methods are those that take an array of jvalue.
const SOURCE = `
#include <glib.h>

#define SLOT(env, n) ((*(void ***) env)[n])
#define GET_LENGTH(env, s) (((gint (*) (void *, void *)) SLOT (env, 164)) (env, s))
#define GET_UNITS(env, s, n, to) (((void (*) (void *, void *, gint, gint, guint16 *)) SLOT (env, 220)) (env, s, 0, n, to))
#define ARRAY_LENGTH(env, a) (((gint (*) (void *, void *)) SLOT (env, 171)) (env, a))
#define ELEMENT(env, a, i) (((void * (*) (void *, void *, gint)) SLOT (env, 173)) (env, a, i))
#define GET_BYTES(env, a, n, to) (((void (*) (void *, void *, gint, gint, guint8 *)) SLOT (env, 200)) (env, a, 0, n, to))
#define FORGET(env, o) (((void (*) (void *, void *)) SLOT (env, 23)) (env, o))
#define CALL_OBJECT(env, o, id, v) (((void * (*) (void *, void *, void *, gint64 *)) SLOT (env, 36)) (env, o, id, v))
#define CALL_BOOLEAN(env, o, id, v) (((guint8 (*) (void *, void *, void *, gint64 *)) SLOT (env, 39)) (env, o, id, v))
#define CALL_INT(env, o, id, v) (((gint (*) (void *, void *, void *, gint64 *)) SLOT (env, 51)) (env, o, id, v))
#define THROWN(env) (((guint8 (*) (void *)) SLOT (env, 228)) (env))
#define CLEAR(env) (((void (*) (void *)) SLOT (env, 17)) (env))

typedef struct { char * at; char * end; guint16 * units; gint full; } Out;

static const char digits[] = "0123456789abcdef";

static void
letter (Out * o, char c)
{
  if (o->at < o->end) *o->at++ = c; else o->full = 1;
}

static void
word (Out * o, const char * s)
{
  while (*s != 0) letter (o, *s++);
}

static void
number (Out * o, gint n)
{
  char reversed[12];
  guint32 rest = n < 0 ? -(guint32) n : n;
  gint i = 0;
  if (n < 0) letter (o, '-');
  do { reversed[i++] = '0' + rest % 10; rest /= 10; } while (rest != 0);
  while (i != 0) letter (o, reversed[--i]);
}

static void
escaped (Out * o, guint16 u)
{
  word (o, "\\\\u");
  letter (o, digits[u >> 12]);
  letter (o, digits[(u >> 8) & 15]);
  letter (o, digits[(u >> 4) & 15]);
  letter (o, digits[u & 15]);
}

/* No more than limit units of it; how many there are stands behind what was cut. */
static void
text (void * env, void * s, gint limit, Out * o)
{
  gint length, n, i;
  if (s == NULL) { word (o, "null"); return; }
  length = GET_LENGTH (env, s);
  n = length < limit ? length : limit;
  GET_UNITS (env, s, n, o->units);
  letter (o, '"');
  for (i = 0; i != n; i++)
  {
    guint16 u = o->units[i];
    if (u == '"' || u == '\\\\') { letter (o, '\\\\'); letter (o, u); }
    else if (u >= 0x20 && u < 0x7f) letter (o, u);
    else escaped (o, u);
  }
  if (n < length) { word (o, "\\\\u2026["); number (o, length); letter (o, ']'); }
  letter (o, '"');
}

static gint
finish (Out * o, gint count)
{
  if (o->full) return ${TOO_LONG};
  *o->at = 0;
  return count;
}

static void
begin (Out * o, char * out, guint16 * units)
{
  o->at = out;
  o->end = out + ${ROOM - 1};
  o->units = units;
  o->full = 0;
}

/* 1, or 2 where it was cut. */
gint
one (void * env, void * s, gint limit, char * out, guint16 * units)
{
  Out o;
  begin (&o, out, units);
  text (env, s, limit, &o);
  return finish (&o, s != NULL && GET_LENGTH (env, s) > limit ? 2 : 1);
}

/* An array of texts: how many there are. */
gint
several (void * env, void * array, gint items, gint limit, char * out, guint16 * units)
{
  Out o;
  gint count = ARRAY_LENGTH (env, array), i;
  begin (&o, out, units);
  if (count > items) { word (&o, "{\\"count\\":"); number (&o, count); word (&o, ",\\"items\\":"); }
  letter (&o, '[');
  for (i = 0; i < count && i < items; i++)
  {
    void * s = ELEMENT (env, array, i);
    if (i != 0) letter (&o, ',');
    text (env, s, limit, &o);
    if (s != NULL) FORGET (env, s);
  }
  letter (&o, ']');
  if (count > items) letter (&o, '}');
  return finish (&o, count);
}

static void
blob (void * env, void * bytes, gint limit, Out * o)
{
  guint8 * raw = (guint8 *) o->units;
  gint n, i;
  if (bytes == NULL) { word (o, "null"); return; }
  n = ARRAY_LENGTH (env, bytes);
  if (n > limit) n = limit;
  GET_BYTES (env, bytes, n, raw);
  letter (o, '"');
  for (i = 0; i != n; i++) { letter (o, digits[raw[i] >> 4]); letter (o, digits[raw[i] & 15]); }
  letter (o, '"');
}

/* The first bytes of an array as hexadecimal digits: how many bytes there are. */
gint
bytes (void * env, void * array, gint limit, char * out, guint16 * units)
{
  Out o;
  begin (&o, out, units);
  blob (env, array, limit, &o);
  return finish (&o, ARRAY_LENGTH (env, array));
}

typedef struct { void * count; void * names; void * position; void * move; void * type; void * text; void * blob; } Ids;

/* A cursor's columns and first rows: how many rows there are. Its position is put back. Runs Java code. */
gint
rows (void * env, void * cursor, Ids * ids, gint rows, gint columns, gint limit, gint bytes, char * out, guint16 * units)
{
  Out o;
  gint64 v[1];
  gint count, width, position, row, column;
  void * names;
  v[0] = 0;
  begin (&o, out, units);
  count = CALL_INT (env, cursor, ids->count, v);
  if (THROWN (env)) goto threw;
  if (count < 0) count = -1; /* a cursor that does not know */
  names = CALL_OBJECT (env, cursor, ids->names, v);
  if (THROWN (env)) goto threw;
  position = CALL_INT (env, cursor, ids->position, v);
  if (THROWN (env)) goto threw;
  width = names == NULL ? 0 : ARRAY_LENGTH (env, names);
  if (width > columns) width = columns;
  word (&o, "{\\"columns\\":[");
  for (column = 0; column < width; column++)
  {
    void * s = ELEMENT (env, names, column);
    if (column != 0) letter (&o, ',');
    text (env, s, limit, &o);
    if (s != NULL) FORGET (env, s);
  }
  word (&o, "],\\"count\\":");
  number (&o, count);
  word (&o, ",\\"rows\\":[");
  for (row = 0; row < count && row < rows && !o.full; row++)
  {
    v[0] = row;
    if (!CALL_BOOLEAN (env, cursor, ids->move, v) || THROWN (env)) break;
    if (row != 0) letter (&o, ',');
    letter (&o, '[');
    for (column = 0; column < width; column++)
    {
      gint type;
      void * cell;
      v[0] = column;
      if (column != 0) letter (&o, ',');
      type = CALL_INT (env, cursor, ids->type, v);
      if (THROWN (env)) goto back;
      if (type == 0) { word (&o, "null"); continue; }
      cell = CALL_OBJECT (env, cursor, type == 4 ? ids->blob : ids->text, v);
      if (THROWN (env)) goto back;
      if (type == 4) blob (env, cell, bytes, &o); else text (env, cell, limit, &o);
      if (cell != NULL) FORGET (env, cell);
    }
    letter (&o, ']');
  }
  word (&o, "]}");
back:
  if (THROWN (env)) { CLEAR (env); count = ${THREW}; }
  v[0] = position;
  CALL_BOOLEAN (env, cursor, ids->move, v);
  if (THROWN (env)) goto threw;
  return count == ${THREW} ? ${THREW} : finish (&o, count < 0 ? 0 : count);
threw:
  CLEAR (env);
  return ${THREW};
}
`;

const UNITS_AT = ROOM; // a room holds the JSON, and behind it the units of one text
const CURSOR = 'android.database.Cursor';
const CURSOR_METHODS = [
  ['getCount', '()I'], ['getColumnNames', '()[Ljava/lang/String;'], ['getPosition', '()I'], ['moveToPosition', '(I)Z'],
  ['getType', '(I)I'], ['getString', '(I)Ljava/lang/String;'], ['getBlob', '(I)[B'],
];

export class Texts {
  constructor(jni) {
    this.jni = jni;
    this.module = new CModule(SOURCE);
    const p = 'pointer';
    this.oneInC = new NativeFunction(this.module.one, 'int', [p, p, 'int', p, p], WITHOUT_LOCK);
    this.severalInC = new NativeFunction(this.module.several, 'int', [p, p, 'int', 'int', p, p], WITHOUT_LOCK);
    this.bytesInC = new NativeFunction(this.module.bytes, 'int', [p, p, 'int', p, p], WITHOUT_LOCK);
    this.rowsInC = new NativeFunction(this.module.rows, 'int', [p, p, p, 'int', 'int', 'int', 'int', p, p], WITHOUT_LOCK);
    this.rooms = new Pool(ROOM + UNITS * 2);
    this.cursorIds = null;
  }

  // A text as {json, count}.
  one(env, handle, limit) {
    const told = this.told((out, units) => this.oneInC(env, handle, limit, out, units));
    if (told === null || told.count === 1) return told;
    return { count: 1, json: `${told.json.slice(0, -2)} sha256 ${this.jni.digest(env, handle)}]"` };
  }

  // An array of texts, and how many there are; null where it is too long.
  several(env, handle, items, limit) {
    return this.told((out, units) => this.severalInC(env, handle, items, limit, out, units));
  }

  // Of an array of bytes as many as a room holds at most, in hexadecimal digits; of the others their hash.
  bytes(env, handle, limit) {
    const told = this.told((out, units) => this.bytesInC(env, handle, Math.min(limit, UNITS * 2), out, units));
    if (told.json.length === told.count * 2 + 2) return told;
    const sha256 = this.jni.sum(env, handle, told.count);
    return { count: told.count, json: `{"hex":${told.json},"length":${told.count}${sha256 === null ? '' : `,"sha256":"${sha256}"`}}` };
  }

  // The same of a cursor. Throws where the cursor does.
  rows(env, cursor, { rows, columns, limit, bytes }) {
    const ids = this.ids(env);
    return this.told((out, units) => this.rowsInC(env, cursor, ids, rows, columns, limit, bytes, out, units));
  }

  told(write) {
    return this.rooms.use((room) => {
      const count = write(room, room.add(UNITS_AT));
      if (count === THREW) throw new Error('java exception');
      return count < 0 ? null : { count, json: room.readUtf8String() };
    });
  }

  ids(env) {
    if (this.cursorIds === null) {
      const table = Memory.alloc(CURSOR_METHODS.length * Process.pointerSize);
      CURSOR_METHODS.forEach(([name, signature], i) => {
        table.add(i * Process.pointerSize).writePointer(this.jni.id(env, CURSOR, name, signature));
      });
      this.cursorIds = table;
    }
    return this.cursorIds;
  }
}
