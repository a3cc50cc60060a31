package lab.emulator;

import com.github.unidbg.AndroidEmulator;
import com.github.unidbg.Emulator;
import com.github.unidbg.Module;
import com.github.unidbg.Symbol;
import com.github.unidbg.arm.backend.Backend;
import com.github.unidbg.arm.backend.BackendFactory;
import com.github.unidbg.arm.backend.SharedBackend;
import com.github.unidbg.linux.android.AndroidResolver;
import com.github.unidbg.linux.android.ElfLibraryFile;
import com.github.unidbg.linux.android.SystemPropertyHook;
import com.github.unidbg.memory.Memory;
import com.github.unidbg.spi.LibraryFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import lab.boot.emulation.Emulation;
import lab.boot.emulation.EmulatorLoader;
import lab.boot.emulation.Surroundings;

/** The emulated processor of one app process with the libraries that it has loaded. */
public final class Machine implements Emulation {
  /** Of Android's own libraries that unidbg brings. */
  private static final int SDK = 23;

  private static final int JNI_1_1 = 0x10001;
  private static final int JNI_1_6 = 0x10006;
  private static final long THREADS_MILLIS = 5;
  private static final long SLICE_MILLIS = 10;

  /** What the parts ask that unidbg makes while it is being made itself. */
  static volatile Surroundings around;

  static final Watch WATCH = new Watch();

  private final AndroidEmulator emulator;
  private final Environment environment;
  private final Dispatcher dispatcher;
  /** One call at a time: the processor is one. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final Map<String, Loaded> loaded = new LinkedHashMap<>();
  private final Map<Class<?>, Map<String, Long>> found = new HashMap<>();
  private final Map<String, Descriptor> shapes = new HashMap<>();
  private final Deque<ClassLoader> callers = new ArrayDeque<>();
  /** The registers as they are between calls. */
  private final long first;

  private boolean sliced;
  private boolean threadsRun;
  /** The lock is held for no call from Java. */
  private volatile boolean threadsTurn;

  private static final class Loaded {
    final Module module;
    final ClassLoader loader;

    Loaded(Module module, ClassLoader loader) {
      this.module = module;
      this.loader = loader;
    }
  }

  public Machine(Surroundings around) throws IOException {
    Machine.around = around;
    Told.listen();
    File root = Files.createTempDirectory("emulated").toFile();
    emulator = around.wide() ? new Arm64(around.processName(), root) : new Arm32(around.processName(), root);
    dispatcher = (Dispatcher) emulator.getThreadDispatcher();
    Memory memory = emulator.getMemory();
    memory.setLibraryResolver(new Libraries(SDK));
    SystemPropertyHook properties = new SystemPropertyHook(emulator);
    properties.setPropertyProvider(around::property);
    memory.addHookListener(properties);
    emulator.getSyscallHandler().setEnableThreadDispatcher(true);
    environment = new Environment(emulator, around, this::caller);
    dispatcher.serve(environment);
    first = emulator.getBackend().context_alloc();
    emulator.getBackend().context_save(first);
  }

  /** What code opens by itself, of Android's libraries, the app's folder of them, and by its path. */
  private static final class Libraries extends AndroidResolver {
    Libraries(int sdk) {
      super(sdk);
    }

    @Override
    public LibraryFile resolveLibrary(Emulator<?> emulator, String name) {
      LibraryFile android = super.resolveLibrary(emulator, name);
      String folder = around.libraries();
      File own = name.startsWith("/") ? new File(name) : folder == null ? null : new File(folder, name);
      boolean isOwn = android == null && own != null && own.isFile() && (DeviceFiles.isShown(own.getPath()) || own.getParent().equals(folder));
      return isOwn ? new ElfLibraryFile(own, emulator.is64Bit()) : android;
    }
  }

  static List<BackendFactory> backends() {
    return Collections.singletonList(SharedBackend.factory(EmulatorLoader.library("unicorn")));
  }

  private ClassLoader caller() {
    ClassLoader caller = callers.peek();
    return caller == null ? around.framework() : caller;
  }

  @Override
  public void load(String path, ClassLoader loader) throws Throwable {
    enter();
    try {
      String canonical = new File(path).getCanonicalPath();
      Loaded before = loaded.get(canonical);
      if (before != null) {
        if (before.loader != loader) {
          throw new UnsatisfiedLinkError("Shared library \"" + path + "\" already opened by another ClassLoader");
        }
        return;
      }
      Module module = apart(() -> module(path));
      Symbol start = module.findSymbolByName("JNI_OnLoad", false);
      if (start != null) {
        int depth = environment.references.push();
        try {
          Object version = run(start.getAddress(), 'I', loader, environment.javaVm, 0L);
          if ((Integer) version < JNI_1_1 || (Integer) version > JNI_1_6) {
            throw new UnsatisfiedLinkError("Bad JNI version returned from JNI_OnLoad in \"" + path + "\": " + version);
          }
        } finally {
          environment.references.popTo(depth);
        }
      }
      loaded.put(canonical, new Loaded(module, loader));
      startThreads();
    } finally {
      lock.unlock();
    }
  }

  /** What another library needed of the app's own is loaded already. */
  private Module module(String path) {
    Module needed = emulator.getMemory().findModule(new File(path).getName());
    if (needed != null) {
      return needed;
    }
    try {
      return emulator.loadLibrary(new File(path), true);
    } catch (RuntimeException e) {
      UnsatisfiedLinkError error = new UnsatisfiedLinkError("dlopen failed: \"" + path + "\": " + e.getMessage());
      error.initCause(e);
      throw error;
    }
  }

  @Override
  public Object call(Class<?> owner, String name, String descriptor, Object self, Object[] arguments) throws Throwable {
    enter();
    try {
      long address = address(owner, name, descriptor);
      if (address == 0) {
        return ABSENT;
      }
      Descriptor shape = shapes.computeIfAbsent(descriptor, Descriptor::of);
      int depth = environment.references.push();
      try {
        Number[] passed = new Number[arguments.length + 2];
        passed[0] = environment.abi.passed('L', environment.env);
        passed[1] = environment.abi.passed('L', environment.references.local(self == null ? owner : self));
        for (int i = 0; i < arguments.length; i++) {
          char type = shape.parameters[i];
          Object value = type == 'L' ? (Object) environment.references.local(arguments[i]) : arguments[i];
          passed[i + 2] = environment.abi.passed(type, value);
        }
        Object result = run(address, shape.result, owner.getClassLoader(), passed);
        return shape.result == 'L' ? environment.references.get((Long) result) : result;
      } finally {
        environment.references.popTo(depth);
        startThreads();
      }
    } finally {
      lock.unlock();
    }
  }

  private Object run(long address, char type, ClassLoader caller, long first, long second) throws Throwable {
    return run(address, type, caller, new Number[] {environment.abi.passed('L', first), environment.abi.passed('L', second)});
  }

  private Object run(long address, char type, ClassLoader caller, Number[] arguments) throws Throwable {
    callers.push(caller);
    try {
      Object result = apart(() -> {
        Number low = emulator.eFunc(address, arguments);
        return type == 'V' ? null : environment.abi.taken(type, low.longValue());
      });
      Throwable thrown = environment.pending;
      if (thrown != null) {
        environment.pending = null;
        throw thrown;
      }
      return result;
    } finally {
      callers.pop();
    }
  }

  /**
   * Runs code with the registers of the process's first thread, or, within a call of Java by native code, below the stack of
   * that; all registers are as before afterwards.
   */
  private <T> T apart(Supplier<T> work) {
    Backend backend = emulator.getBackend();
    Memory memory = emulator.getMemory();
    boolean within = dispatcher.getRunningTask() != null;
    long before = backend.context_alloc();
    backend.context_save(before);
    long stack = memory.getStackPoint();
    Throwable pending = environment.pending;
    environment.pending = null;
    try {
      if (within) {
        memory.setStackPoint(environment.abi.stackPointer() & ~15L);
      } else {
        backend.context_restore(first);
        memory.setStackPoint(stack);
      }
      return work.get();
    } finally {
      memory.setStackPoint(stack);
      backend.context_restore(before);
      backend.context_free(before);
      environment.pending = environment.pending == null ? pending : environment.pending;
    }
  }

  /** Where the code of a native method is, or 0. */
  private long address(Class<?> owner, String name, String descriptor) {
    long registered = environment.registered(owner, name, descriptor);
    if (registered != 0) {
      return registered;
    }
    Map<String, Long> known = found.computeIfAbsent(owner, unused -> new HashMap<>());
    Long before = known.get(name + descriptor);
    if (before != null) {
      return before;
    }
    long there = exported(owner, name, descriptor);
    if (there != 0) {
      known.put(name + descriptor, there);
    }
    return there;
  }

  private long exported(Class<?> owner, String name, String descriptor) {
    String plain = Text.symbol(owner.getName(), name);
    String parameters = descriptor.substring(1, descriptor.indexOf(')'));
    for (String symbol : new String[] {plain, plain + "__" + Text.mangled(parameters)}) {
      for (Loaded each : loaded.values()) {
        Symbol there = each.loader == owner.getClassLoader() ? each.module.findSymbolByName(symbol, true) : null;
        if (there != null) {
          return there.getAddress();
        }
      }
    }
    return 0;
  }

  /** A call from Java comes first: a thread that the code made is stopped wherever it is, and goes on later. */
  private void enter() {
    boolean interrupted = false;
    while (true) {
      try {
        if (lock.tryLock(THREADS_MILLIS, TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true; // for whoever waits in Java
      }
      if (threadsTurn) {
        WATCH.preempt(emulator.getBackend());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Threads that the code made go on when no call from Java is running. */
  private void startThreads() {
    if (threadsRun || !dispatcher.hasThreads()) {
      return;
    }
    threadsRun = true;
    Thread turns = new Thread(this::giveTurns, "emulated threads");
    turns.setDaemon(true);
    turns.start();
    if (!sliced) {
      sliced = true;
      Thread slices = new Thread(this::slice, "emulated time");
      slices.setDaemon(true);
      slices.start();
    }
  }

  /** No thread keeps the processor for itself while there are others. */
  private void slice() {
    try {
      while (true) {
        Thread.sleep(SLICE_MILLIS);
        if (dispatcher.getTaskCount() > 1) {
          WATCH.preempt(emulator.getBackend());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveTurns() {
    while (true) {
      lock.lock();
      boolean went;
      try {
        threadsTurn = true;
        try {
          went = dispatcher.others();
        } finally {
          threadsTurn = false;
        }
        if (!dispatcher.hasThreads()) {
          threadsRun = false;
          return;
        }
      } finally {
        lock.unlock();
      }
      try {
        Thread.sleep(went ? 1 : THREADS_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
