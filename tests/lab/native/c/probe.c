// What the app of this folder has in native code: one function for each thing that JNI and Android's C library give it.
// Built for both of the lab's ABIs by tests/lab/test_native_code.py; no header of a phone's is needed, so none is read.

typedef unsigned char jboolean;
typedef signed char jbyte;
typedef unsigned short jchar;
typedef short jshort;
typedef int jint;
typedef long long jlong;
typedef float jfloat;
typedef double jdouble;
typedef void * jobject;
typedef union { jboolean z; jbyte b; jchar c; jshort s; jint i; jlong j; jfloat f; jdouble d; jobject l; } jvalue;
typedef void *** Env; // a pointer to a pointer to the functions
typedef __builtin_va_list va_list;
typedef struct { const char * name; const char * descriptor; void * function; } Native;

extern int snprintf(char * out, __SIZE_TYPE__ size, const char * format, ...);
extern int __android_log_print(int priority, const char * tag, const char * format, ...);
extern int __system_property_get(const char * name, char * value);
extern int pthread_create(void * thread, void * attributes, void * (* start)(void *), void * argument);
extern int pthread_join(long thread, void ** result);
extern int open(const char * path, int flags, ...);
extern long write(int file, const void * bytes, __SIZE_TYPE__ count);
extern long read(int file, void * bytes, __SIZE_TYPE__ count);
extern int close(int file);
extern void * dlopen(const char * name, int mode);
extern void * dlsym(void * library, const char * name);
extern int fork(void);
extern int * __errno(void);
extern void abort(void);

// Places of the functions in jni.h.
enum {
  FIND_CLASS = 6, TO_REFLECTED_METHOD = 9, THROW_NEW = 14, EXCEPTION_OCCURRED = 15, EXCEPTION_CLEAR = 17, PUSH_LOCAL_FRAME = 19,
  POP_LOCAL_FRAME = 20, NEW_GLOBAL_REF = 21, DELETE_GLOBAL_REF = 22, IS_SAME_OBJECT = 24, ALLOC_OBJECT = 27, NEW_OBJECT = 28,
  GET_OBJECT_CLASS = 31, IS_INSTANCE_OF = 32, GET_METHOD_ID = 33, CALL_OBJECT_METHOD = 34, CALL_INT_METHOD = 49,
  CALL_VOID_METHOD = 61, CALL_NONVIRTUAL_OBJECT_METHOD = 64, GET_FIELD_ID = 94, GET_OBJECT_FIELD = 95, GET_INT_FIELD = 100,
  GET_LONG_FIELD = 101, GET_FLOAT_FIELD = 102, GET_DOUBLE_FIELD = 103, SET_OBJECT_FIELD = 104, SET_BYTE_FIELD = 106,
  SET_INT_FIELD = 109, SET_LONG_FIELD = 110, SET_FLOAT_FIELD = 111, SET_DOUBLE_FIELD = 112, GET_STATIC_METHOD_ID = 113,
  CALL_STATIC_OBJECT_METHOD = 114, CALL_STATIC_INT_METHOD = 129, CALL_STATIC_FLOAT_METHOD = 135, CALL_STATIC_DOUBLE_METHOD = 138,
  GET_STATIC_FIELD_ID = 144, SET_STATIC_LONG_FIELD = 160, NEW_STRING = 163, GET_STRING_LENGTH = 164, GET_STRING_CHARS = 165,
  NEW_STRING_UTF = 167, GET_STRING_UTF_CHARS = 169, RELEASE_STRING_UTF_CHARS = 170, GET_ARRAY_LENGTH = 171,
  NEW_OBJECT_ARRAY = 172, GET_OBJECT_ARRAY_ELEMENT = 173, SET_OBJECT_ARRAY_ELEMENT = 174, NEW_BYTE_ARRAY = 176,
  GET_INT_ARRAY_ELEMENTS = 187, RELEASE_INT_ARRAY_ELEMENTS = 195, GET_BYTE_ARRAY_REGION = 200, SET_BYTE_ARRAY_REGION = 208,
  REGISTER_NATIVES = 215, GET_JAVA_VM = 219, EXCEPTION_CHECK = 228
};

#define EXPORT __attribute__((visibility("default")))
#define JNI(name) EXPORT Java_example_nativecode_MainActivity_##name
#define CALL(result, at, ...) ((result (*)(Env, ##__VA_ARGS__))(*env)[at])

static void * vm;

static jobject text(Env env, const char * words) {
  return CALL(jobject, NEW_STRING_UTF, const char *)(env, words);
}

static void * method(Env env, jobject type, const char * name, const char * descriptor) {
  return CALL(void *, GET_METHOD_ID, jobject, const char *, const char *)(env, type, name, descriptor);
}

static void * staticMethod(Env env, jobject type, const char * name, const char * descriptor) {
  return CALL(void *, GET_STATIC_METHOD_ID, jobject, const char *, const char *)(env, type, name, descriptor);
}

static void * field(Env env, jobject type, const char * name, const char * descriptor) {
  return CALL(void *, GET_FIELD_ID, jobject, const char *, const char *)(env, type, name, descriptor);
}

// -- arguments and results ------------------------------------------------------------------------

jobject JNI(taken)(Env env, jobject type, jboolean z, jbyte b, jchar c, jshort s, jint i, jlong j, jfloat f, jdouble d, jobject words,
    jlong last, jdouble end) {
  char out[256];
  const char * chars = CALL(const char *, GET_STRING_UTF_CHARS, jobject, jboolean *)(env, words, 0);
  snprintf(out, sizeof out, "%d %d %d %d %d %lld %.2f %.3f %s %lld %.1f", z, b, c, s, i, j, (double) f, d, chars, last, end);
  CALL(void, RELEASE_STRING_UTF_CHARS, jobject, const char *)(env, words, chars);
  return text(env, out);
}

jfloat JNI(half)(Env env, jobject type, jfloat value) { return value / 2; }
jdouble JNI(third)(Env env, jobject type, jdouble value) { return value / 3; }
jlong JNI(twice)(Env env, jobject type, jlong value) { return value * 2; }
jboolean JNI(not)(Env env, jobject type, jboolean value) { return !value; }
jbyte JNI(negative)(Env env, jobject type, jbyte value) { return -value; }

static jobject listed(Env env, jobject type, void * id, ...) {
  va_list list;
  __builtin_va_start(list, id);
  jobject result = ((jobject (*)(Env, jobject, void *, va_list))(*env)[CALL_STATIC_OBJECT_METHOD + 1])(env, type, id, list);
  __builtin_va_end(list);
  return result;
}

jobject JNI(given)(Env env, jobject type, jint form) {
  void * id = staticMethod(env, type, "joined", "(ZBCSIJFDLjava/lang/String;IJD)Ljava/lang/String;");
  jobject words = text(env, "w");
  if (form == 0) {
    return ((jobject (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_OBJECT_METHOD])(
        env, type, id, 1, -2, 65, -3, 4, -5LL, 1.5, -2.25, words, 6, 7LL, 8.5);
  }
  if (form == 1) {
    return listed(env, type, id, 1, -2, 65, -3, 4, -5LL, 1.5, -2.25, words, 6, 7LL, 8.5);
  }
  jvalue values[12];
  values[0].z = 1, values[1].b = -2, values[2].c = 65, values[3].s = -3, values[4].i = 4, values[5].j = -5, values[6].f = 1.5f;
  values[7].d = -2.25, values[8].l = words, values[9].i = 6, values[10].j = 7, values[11].d = 8.5;
  return CALL(jobject, CALL_STATIC_OBJECT_METHOD + 2, jobject, void *, jvalue *)(env, type, id, values);
}

jdouble JNI(computed)(Env env, jobject type) {
  void * f = staticMethod(env, type, "quarter", "(F)F");
  void * d = staticMethod(env, type, "eighth", "(D)D");
  jfloat one = ((jfloat (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_FLOAT_METHOD])(env, type, f, 1.0);
  return one + ((jdouble (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_DOUBLE_METHOD])(env, type, d, 1.0);
}

// -- methods, objects, fields ---------------------------------------------------------------------

jobject JNI(names)(Env env, jobject self) {
  char out[128];
  jobject parent = CALL(jobject, FIND_CLASS, const char *)(env, "example/nativecode/MainActivity$Parent");
  jobject child = CALL(jobject, FIND_CLASS, const char *)(env, "example/nativecode/MainActivity$Child");
  void * make = method(env, child, "<init>", "(Ljava/lang/String;)V");
  jobject made = ((jobject (*)(Env, jobject, void *, ...))(*env)[NEW_OBJECT])(env, child, make, text(env, "c"));
  void * name = method(env, parent, "name", "()Ljava/lang/String;");
  jobject virtual = ((jobject (*)(Env, jobject, void *, ...))(*env)[CALL_OBJECT_METHOD])(env, made, name);
  jobject special = ((jobject (*)(Env, jobject, jobject, void *, ...))(*env)[CALL_NONVIRTUAL_OBJECT_METHOD])(env, made, parent, name);
  const char * one = CALL(const char *, GET_STRING_UTF_CHARS, jobject, jboolean *)(env, virtual, 0);
  const char * two = CALL(const char *, GET_STRING_UTF_CHARS, jobject, jboolean *)(env, special, 0);
  jboolean is = CALL(jboolean, IS_INSTANCE_OF, jobject, jobject)(env, made, parent);
  jobject held = CALL(jobject, NEW_GLOBAL_REF, jobject)(env, made);
  jboolean same = CALL(jboolean, IS_SAME_OBJECT, jobject, jobject)(env, made, held);
  CALL(void, DELETE_GLOBAL_REF, jobject)(env, held);
  snprintf(out, sizeof out, "%s %s %d %d", one, two, is, same);
  return text(env, out);
}

void JNI(fields)(Env env, jobject self, jobject held) {
  jobject type = CALL(jobject, GET_OBJECT_CLASS, jobject)(env, held);
  void * i = field(env, type, "i", "I");
  void * j = field(env, type, "j", "J");
  void * f = field(env, type, "f", "F");
  void * d = field(env, type, "d", "D");
  CALL(void, SET_INT_FIELD, jobject, void *, jint)(env, held, i, CALL(jint, GET_INT_FIELD, jobject, void *)(env, held, i) + 1);
  CALL(void, SET_LONG_FIELD, jobject, void *, jlong)(env, held, j, CALL(jlong, GET_LONG_FIELD, jobject, void *)(env, held, j) + 1);
  CALL(void, SET_FLOAT_FIELD, jobject, void *, jfloat)(env, held, f, CALL(jfloat, GET_FLOAT_FIELD, jobject, void *)(env, held, f) + 1);
  CALL(void, SET_DOUBLE_FIELD, jobject, void *, jdouble)(
      env, held, d, CALL(jdouble, GET_DOUBLE_FIELD, jobject, void *)(env, held, d) + 1);
  CALL(void, SET_BYTE_FIELD, jobject, void *, jbyte)(env, held, field(env, type, "b", "B"), -7);
  CALL(void, SET_OBJECT_FIELD, jobject, void *, jobject)(env, held, field(env, type, "fixed", "Ljava/lang/String;"), text(env, "set"));
  void * total = CALL(void *, GET_STATIC_FIELD_ID, jobject, const char *, const char *)(env, type, "total", "J");
  CALL(void, SET_STATIC_LONG_FIELD, jobject, void *, jlong)(env, type, total, 1LL << 40);
}

// -- strings and arrays ---------------------------------------------------------------------------

jobject JNI(mirrored)(Env env, jobject type, jobject words) {
  jchar out[64];
  jint length = CALL(jint, GET_STRING_LENGTH, jobject)(env, words);
  const jchar * chars = CALL(const jchar *, GET_STRING_CHARS, jobject, jboolean *)(env, words, 0);
  for (jint i = 0; i < length; i++) {
    out[i] = chars[length - 1 - i];
  }
  return CALL(jobject, NEW_STRING, const jchar *, jint)(env, out, length);
}

jobject JNI(same)(Env env, jobject type, jobject words) {
  return text(env, CALL(const char *, GET_STRING_UTF_CHARS, jobject, jboolean *)(env, words, 0));
}

jint JNI(summed)(Env env, jobject type, jobject numbers) {
  jint length = CALL(jint, GET_ARRAY_LENGTH, jobject)(env, numbers);
  jint * elements = CALL(jint *, GET_INT_ARRAY_ELEMENTS, jobject, jboolean *)(env, numbers, 0);
  jint sum = 0;
  for (jint i = 0; i < length; i++) {
    sum += elements[i];
    elements[i] = -elements[i];
  }
  CALL(void, RELEASE_INT_ARRAY_ELEMENTS, jobject, jint *, jint)(env, numbers, elements, 0);
  return sum;
}

jobject JNI(copied)(Env env, jobject type, jobject bytes) {
  jbyte some[4];
  CALL(void, GET_BYTE_ARRAY_REGION, jobject, jint, jint, jbyte *)(env, bytes, 1, 4, some);
  if (CALL(jboolean, EXCEPTION_CHECK)(env)) {
    return 0;
  }
  jobject made = CALL(jobject, NEW_BYTE_ARRAY, jint)(env, 6);
  CALL(void, SET_BYTE_ARRAY_REGION, jobject, jint, jint, const jbyte *)(env, made, 2, 4, some);
  return made;
}

jobject JNI(wrapped)(Env env, jobject type, jobject one) {
  jobject array = CALL(jobject, NEW_OBJECT_ARRAY, jint, jobject, jobject)(
      env, 2, CALL(jobject, FIND_CLASS, const char *)(env, "java/lang/Object"), one);
  CALL(void, SET_OBJECT_ARRAY_ELEMENT, jobject, jint, jobject)(env, array, 1, text(env, "two"));
  return array;
}

// Settings.Secure.getString(resolver, "android_id"), by native code alone.
jobject JNI(androidId)(Env env, jobject type, jobject resolver) {
  jobject secure = CALL(jobject, FIND_CLASS, const char *)(env, "android/provider/Settings$Secure");
  void * id = staticMethod(env, secure, "getString", "(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;");
  return ((jobject (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_OBJECT_METHOD])(env, secure, id, resolver, text(env, "android_id"));
}

// -- memory that both sides share -------------------------------------------------------------------

static jint ofC[4] = {10, 20, 30, 40};

jlong JNI(filled)(Env env, jobject type, jobject buffer) {
  jbyte * bytes = CALL(jbyte *, 230, jobject)(env, buffer); // GetDirectBufferAddress
  jlong capacity = CALL(jlong, 231, jobject)(env, buffer);
  for (jlong i = 0; bytes != 0 && i < capacity; i++) {
    bytes[i] += 7;
  }
  return capacity;
}

jobject JNI(bufferOfC)(Env env, jobject type) {
  return CALL(jobject, 229, void *, jlong)(env, ofC, sizeof ofC); // NewDirectByteBuffer
}

jint JNI(secondOfC)(Env env, jobject type) { return ofC[1]; }

extern int AndroidBitmap_getInfo(Env env, jobject bitmap, unsigned int * info);
extern int AndroidBitmap_lockPixels(Env env, jobject bitmap, void ** pixels);
extern int AndroidBitmap_unlockPixels(Env env, jobject bitmap);

jobject JNI(painted)(Env env, jobject type, jobject bitmap) {
  char out[64];
  unsigned int info[5];
  unsigned int * pixels;
  if (AndroidBitmap_getInfo(env, bitmap, info) != 0 || AndroidBitmap_lockPixels(env, bitmap, (void **) &pixels) != 0) {
    return 0;
  }
  pixels[info[2] / 4 + 1] = 0xff0000ff; // the second of the second row: red, as R, G, B, A lie in memory
  AndroidBitmap_unlockPixels(env, bitmap);
  snprintf(out, sizeof out, "%ux%u %u %u", info[0], info[1], info[2], info[3]);
  return text(env, out);
}

// -- exceptions, calls within calls, threads ------------------------------------------------------

jobject JNI(caught)(Env env, jobject type) {
  void * id = staticMethod(env, type, "fails", "()V");
  ((void (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_OBJECT_METHOD + 27])(env, type, id);
  jobject thrown = CALL(jobject, EXCEPTION_OCCURRED)(env);
  CALL(void, EXCEPTION_CLEAR)(env);
  void * message = method(env, CALL(jobject, GET_OBJECT_CLASS, jobject)(env, thrown), "getMessage", "()Ljava/lang/String;");
  return ((jobject (*)(Env, jobject, void *, ...))(*env)[CALL_OBJECT_METHOD])(env, thrown, message);
}

void JNI(throwing)(Env env, jobject type) {
  CALL(jint, THROW_NEW, jobject, const char *)(env, CALL(jobject, FIND_CLASS, const char *)(env, "java/lang/IllegalStateException"), "by C");
}

void JNI(absent)(Env env, jobject type) {
  staticMethod(env, type, "nowhere", "()V");
}

jlong JNI(factorial)(Env env, jobject type, jint n) {
  if (n < 2) {
    return 1;
  }
  char pad[200];
  snprintf(pad, sizeof pad, "%d", n); // its frame must outlive the calls within
  void * id = staticMethod(env, type, "through", "(I)I");
  jint below = ((jint (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_INT_METHOD])(env, type, id, n - 1);
  return pad[0] == '0' + n ? (jlong) n * below : -1;
}

// Calls Java, which calls native code twice, which fills a frame of its own each time.
jboolean JNI(framed)(Env env, jobject type, jint depth) {
  volatile jint own[64];
  for (jint i = 0; i < 64; i++) {
    own[i] = depth * 1000 + i;
  }
  if (depth > 0) {
    void * id = staticMethod(env, type, "twiceFramed", "(I)Z");
    if (!((jboolean (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_OBJECT_METHOD + 3])(env, type, id, depth - 1)) {
      return 0;
    }
  }
  for (jint i = 0; i < 64; i++) {
    if (own[i] != depth * 1000 + i) {
      return 0;
    }
  }
  return 1;
}

static jobject heldResolver;
static volatile jint ended;

static void * ofShort(void * argument) {
  ended = 1;
  return 0;
}

jint JNI(shortThread)(Env env, jobject type) {
  long thread = 0;
  return pthread_create(&thread, 0, ofShort, 0);
}

jint JNI(errnoAfter)(Env env, jobject type) {
  *__errno() = 77;
  return *__errno() == 77;
}

static jobject heldSecure;

static void * ofReader(void * argument) {
  Env env;
  ((jint (*)(void *, Env *, void *))(*(void ***) vm)[4])(vm, &env, 0);
  void * id = staticMethod(env, heldSecure, "getString", "(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;");
  ((jobject (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_OBJECT_METHOD])(env, heldSecure, id, heldResolver, text(env, "bluetooth_address"));
  ((jobject (*)(Env, const char *))(*env)[FIND_CLASS])(env, "no/such/Class"); // leaves an exception of this thread's own
  ended = 2;
  return 0;
}

jboolean JNI(hasEnded)(Env env, jobject type, jint which) { return ended == which; }

// A read by a thread of native code alone; nobody waits for it.
jint JNI(readerThread)(Env env, jobject type, jobject resolver) {
  long thread = 0;
  heldResolver = CALL(jobject, NEW_GLOBAL_REF, jobject)(env, resolver);
  heldSecure = CALL(jobject, NEW_GLOBAL_REF, jobject)(env, CALL(jobject, FIND_CLASS, const char *)(env, "android/provider/Settings$Secure"));
  return pthread_create(&thread, 0, ofReader, 0);
}

static jobject heldType;

static void * ofThread(void * argument) {
  Env env;
  ((jint (*)(void *, Env *, void *))(*(void ***) vm)[4])(vm, &env, 0); // AttachCurrentThread
  void * id = staticMethod(env, heldType, "through", "(I)I");
  long result = ((jint (*)(Env, jobject, void *, ...))(*env)[CALL_STATIC_INT_METHOD])(env, heldType, id, 3);
  ((jint (*)(void *))(*(void ***) vm)[5])(vm); // DetachCurrentThread
  return (void *) (result + (long) argument);
}

jint JNI(threaded)(Env env, jobject type) {
  long thread = 0;
  void * result = 0;
  heldType = CALL(jobject, NEW_GLOBAL_REF, jobject)(env, type);
  if (pthread_create(&thread, 0, ofThread, (void *) 100) != 0 || pthread_join(thread, &result) != 0) {
    return -1;
  }
  return (jint) (long) result;
}

static volatile long rounds;

static void * ofEndless(void * argument) {
  for (;;) {
    rounds++;
  }
}

jint JNI(besideAnother)(Env env, jobject type) {
  long thread = 0;
  return pthread_create(&thread, 0, ofEndless, 0);
}

jboolean JNI(hasGoneOn)(Env env, jobject type) { return rounds > 1000; }

// -- the C library --------------------------------------------------------------------------------

jobject JNI(model)(Env env, jobject type) {
  char value[92];
  __system_property_get("ro.product.model", value);
  __android_log_print(4, "Probe", "logged by C: %s %d", value, 7);
  return text(env, value);
}

jint JNI(written)(Env env, jobject type, jobject path) {
  const char * chars = CALL(const char *, GET_STRING_UTF_CHARS, jobject, jboolean *)(env, path, 0);
  char back[8];
  int file = open(chars, 0101 /* O_WRONLY | O_CREAT */, 0600);
  if (file < 0 || write(file, "by C", 4) != 4) {
    return -1;
  }
  close(file);
  file = open(chars, 0);
  int count = (int) read(file, back, sizeof back);
  close(file);
  return count;
}

// A library of the app's own that Java knows nothing of.
jint JNI(opened)(Env env, jobject type, jobject name) {
  void * library = dlopen(CALL(const char *, GET_STRING_UTF_CHARS, jobject, jboolean *)(env, name, 0), 2 /* RTLD_NOW */);
  jint (* doubled)(jint) = library ? (jint (*)(jint)) dlsym(library, "doubled") : 0;
  return doubled ? doubled(21) : -1;
}

jint JNI(forked)(Env env, jobject type) {
  return fork() < 0 ? *__errno() : 0;
}

void JNI(crashed)(Env env, jobject type, jboolean byAbort) {
  if (byAbort) {
    abort();
  }
  *(volatile int *) 8 = 1;
}

void JNI(overwritten)(Env env, jobject type) {
  *(volatile int *) (void *) &Java_example_nativecode_MainActivity_forked = 1;
}

void JNI(misled)(Env env, jobject type) {
  CALL(void *, GET_METHOD_ID, jobject, const char *, const char *)(env, type, (const char *) 8, "()V");
}

static jint registered(Env env, jobject type, jint value) { return value + 1000; }

EXPORT jint JNI_OnLoad(void * javaVm, void * reserved) {
  Env env;
  vm = javaVm;
  if (((jint (*)(void *, Env *, jint))(*(void ***) vm)[6])(vm, &env, 0x10006) != 0) { // GetEnv
    return -1;
  }
  Native table[] = {{"fromTable", "(I)I", (void *) registered}};
  jobject type = CALL(jobject, FIND_CLASS, const char *)(env, "example/nativecode/MainActivity");
  if (CALL(jint, REGISTER_NATIVES, jobject, Native *, jint)(env, type, table, 1) != 0) {
    return -1;
  }
  return 0x10006;
}
