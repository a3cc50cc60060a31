package lab.device;

import android.os.SystemProperties;
import android.util.Log;
import dalvik.system.BaseDexClassLoader;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import lab.boot.NativeCode;
import lab.boot.emulation.Emulation;
import lab.boot.emulation.EmulatorLoader;
import lab.boot.emulation.Surroundings;

/** The native code of an app: its libraries for ARM run on an emulated processor, and what does not is told. */
public final class NativeLibraries implements NativeCode {
  private static final int ELF = 0x7f454c46;
  private static final int AARCH64 = 183;
  private static final int ARM = 40;
  private static final ThreadLocal<Boolean> ASKING = new ThreadLocal<>();

  private final String processName;
  private final String data;
  private final String libraries;
  private final boolean wide;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private Emulation emulation;

  /** `wide`: the process is one for code of 64 bits. */
  NativeLibraries(String processName, String data, String libraries, boolean wide) {
    this.processName = processName;
    this.data = data;
    this.libraries = libraries;
    this.wide = wide;
    EmulatorLoader.ready();
  }

  /**
   * A library was asked for: the caller gets an UnsatisfiedLinkError, if it is prepared for one. `brought`: the app has
   * it, for phones of some kind.
   */
  public static void missing(String library, boolean brought) {
    refused(library, brought ? "the APK has no such library for this device's processor" : "the APK has no such library");
  }

  /** A library was found for somebody else than the code that {@link #loadLibrary} serves: it reaches the JVM, which cannot load it. */
  static void found(String library) {
    if (ASKING.get() == null) {
      refused(library, "asked for by reflection or by the framework (NativeActivity), which does not reach the emulated processor");
    }
  }

  private static void refused(String library, String why) {
    DeviceMain.wire().event("native", "library", library, "error", why);
  }

  @Override
  public void goOnWithout(UnsatisfiedLinkError error) {
    DeviceMain.log("W", "nativeloader", "the app goes on without a library: " + error.getMessage());
  }

  @Override
  public void loadLibrary(String name, Class<?> caller) throws Throwable {
    if (name.indexOf('/') >= 0) {
      throw new UnsatisfiedLinkError("Directory separator should not appear in library name: " + name);
    }
    ClassLoader loader = caller.getClassLoader();
    ASKING.set(true);
    String path;
    try {
      path = loader instanceof BaseDexClassLoader ? ((BaseDexClassLoader) loader).findLibrary(name) : null;
    } finally {
      ASKING.remove();
    }
    if (path == null) {
      throw new UnsatisfiedLinkError(loader + " couldn't find \"lib" + name + ".so\"");
    }
    open(path, loader);
  }

  @Override
  public void load(String path, Class<?> caller) throws Throwable {
    if (!path.startsWith("/")) {
      throw new UnsatisfiedLinkError("Expecting an absolute path of the library: " + path);
    }
    int inside = path.indexOf(".apk!/lib/");
    String file = inside >= 0 && libraries != null ? new File(libraries, new File(path).getName()).getPath() : path;
    if (!new File(file).canRead()) {
      missing(path, false);
      throw new UnsatisfiedLinkError("dlopen failed: library \"" + path + "\" not found");
    }
    open(file, caller.getClassLoader());
  }

  private void open(String path, ClassLoader loader) throws Throwable {
    String library = new File(path).getName();
    String unfit = unfit(path);
    if (unfit != null) {
      refused(library, unfit);
      throw new UnsatisfiedLinkError("dlopen failed: \"" + path + "\" " + unfit);
    }
    if (told.add(path)) { // before it runs: its first act may be its last
      DeviceMain.wire().event("emulated", "library", library, "abi", wide ? "arm64-v8a" : "armeabi-v7a");
    }
    try {
      emulation().load(path, loader);
    } catch (UnsatisfiedLinkError | IllegalStateException error) {
      refused(library, String.valueOf(error.getMessage()));
      if (error instanceof UnsatisfiedLinkError) {
        throw error;
      }
      UnsatisfiedLinkError told = new UnsatisfiedLinkError("dlopen failed: \"" + path + "\": " + error.getMessage());
      told.initCause(error);
      throw told;
    }
  }

  /** Why the emulated processor cannot run a file, or null. */
  private String unfit(String path) throws IOException {
    try (DataInputStream in = new DataInputStream(new FileInputStream(path))) {
      byte[] head = new byte[20];
      in.readFully(head);
      int machine = head[18] & 0xFF | (head[19] & 0xFF) << 8;
      if (((head[0] & 0xFF) << 24 | head[1] << 16 | head[2] << 8 | head[3]) != ELF) {
        return "has bad ELF magic";
      }
      if (head[4] != (wide ? 2 : 1)) {
        return "is " + (head[4] == 2 ? "64-bit instead of 32-bit" : "32-bit instead of 64-bit");
      }
      return machine == (wide ? AARCH64 : ARM) ? null : "is for machine " + machine + " instead of " + (wide ? AARCH64 : ARM);
    } catch (java.io.EOFException e) {
      return "is too small to be an ELF executable";
    }
  }

  @Override
  public Object call(Class<?> owner, String name, String descriptor, Object self, Object[] arguments) throws Throwable {
    Emulation open = open();
    Object result = open == null ? Emulation.ABSENT : open.call(owner, name, descriptor, self, arguments);
    if (result == Emulation.ABSENT) {
      throw new UnsatisfiedLinkError("No implementation found for " + pretty(owner, name, descriptor));
    }
    return result;
  }

  /** As ART writes it: java.lang.String com.example.Codec.read(int). */
  private static String pretty(Class<?> owner, String name, String descriptor) {
    MethodType type = MethodType.fromMethodDescriptorString(descriptor, owner.getClassLoader());
    StringBuilder text = new StringBuilder(type.returnType().getTypeName()).append(' ').append(owner.getName()).append('.');
    String separator = "";
    text.append(name).append('(');
    for (Class<?> parameter : type.parameterArray()) {
      text.append(separator).append(parameter.getTypeName());
      separator = ", ";
    }
    return text.append(')').toString();
  }

  private synchronized Emulation open() {
    return emulation;
  }

  private synchronized Emulation emulation() {
    if (emulation == null) {
      emulation = EmulatorLoader.open(new OfDevice());
    }
    return emulation;
  }

  private final class OfDevice implements Surroundings {
    @Override
    public String processName() {
      return processName;
    }

    @Override
    public String data() {
      return data;
    }

    @Override
    public String libraries() {
      return libraries;
    }

    @Override
    public boolean wide() {
      return wide;
    }

    @Override
    public ClassLoader framework() {
      return NativeLibraries.class.getClassLoader();
    }

    @Override
    public String property(String name) {
      String value = SystemProperties.get(name, "");
      return value.isEmpty() ? null : value;
    }

    @Override
    public void log(int priority, String tag, String text) {
      Log.println(Math.max(Log.VERBOSE, Math.min(Log.ASSERT, priority)), tag, text);
    }

    @Override
    public void lacking(String what) {
      if (told.add(what)) {
        DeviceMain.wire().event("unimplemented", "method", what);
      }
    }

    @Override
    public void ended(int signal, int status, String why) {
      DeviceMain.ended(signal, status, why);
    }
  }
}
