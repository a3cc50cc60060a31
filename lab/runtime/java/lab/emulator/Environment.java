package lab.emulator;

import com.github.unidbg.AndroidEmulator;
import com.github.unidbg.Emulator;
import com.github.unidbg.Svc;
import com.github.unidbg.arm.Arm64Svc;
import com.github.unidbg.arm.ArmSvc;
import com.github.unidbg.arm.backend.BackendException;
import com.github.unidbg.memory.SvcMemory;
import com.github.unidbg.pointer.UnidbgPointer;
import com.github.unidbg.thread.ThreadContextSwitchException;
import com.github.unidbg.virtualmodule.VirtualModule;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;
import lab.boot.emulation.Surroundings;

/**
 * The JNIEnv and the JavaVM: tables of functions in the emulated memory. Each is one instruction that calls the supervisor, which
 * is this class, over Java's own reflection.
 */
final class Environment {
  private static final String[] JAVA_VM = {
    null, null, null, "DestroyJavaVM", "AttachCurrentThread", "DetachCurrentThread", "GetEnv", "AttachCurrentThreadAsDaemon"
  };
  private static final int ERROR = -1;

  final Surroundings around;
  final References references = new References();
  final Members members = new Members();
  final Ram ram;
  final Abi abi;
  /** What JNIEnv and JavaVM point to. */
  final long env;

  final long javaVm;
  private final Map<Class<?>, Map<String, Long>> registered = new HashMap<>();
  private final Frame frame;
  private final int word;
  private final boolean wide;
  /** The exception that is on its way, or null; each thread that the code made has its own. */
  Throwable pending;

  private final Map<Object, Throwable> pendings = new IdentityHashMap<>();
  private Object turn = this;
  /** What was called and runs Java code: done as soon as the processor stands still. */
  private Function.Entry waiting;

  Environment(AndroidEmulator emulator, Surroundings around, Supplier<ClassLoader> caller) {
    this.around = around;
    this.ram = new Ram(emulator);
    this.abi = Abi.of(emulator, ram);
    this.word = emulator.getPointerSize();
    this.wide = emulator.is64Bit();
    this.frame = new Frame(abi, ram, references);
    SvcMemory memory = emulator.getSvcMemory();
    Functions functions = new Functions();
    Objects.addTo(functions, this, caller);
    Calls.addTo(functions, this);
    Strings.addTo(functions);
    Arrays.addTo(functions);
    DirectBuffers.addTo(functions, emulator);
    registration(functions);
    Functions ofVm = new Functions();
    ofVm.add("DestroyJavaVM", 'I', f -> ERROR);
    ofVm.add("DetachCurrentThread", 'I', f -> 0);
    for (String name : new String[] {"AttachCurrentThread", "AttachCurrentThreadAsDaemon", "GetEnv"}) {
      ofVm.add(name, 'I', f -> {
        f.ram.writeWord(f.word(1), pointer());
        return 0;
      });
    }
    this.env = table(memory, functions, Functions.order());
    this.javaVm = table(memory, ofVm, JAVA_VM);
    Functions graphics = new Functions();
    Bitmaps.addTo(graphics);
    library(emulator, "libjnigraphics.so", graphics);
  }

  /** One of Android's libraries, of functions that are the lab's. */
  private void library(AndroidEmulator emulator, String name, Functions functions) {
    new VirtualModule<Functions>(emulator, functions, name) {
      @Override
      protected void onInitialize(Emulator<?> own, Functions table, Map<String, UnidbgPointer> symbols) {
        table.each(entry -> symbols.put(entry.name, own.getSvcMemory().registerSvc(entered(entry))));
      }
    }.register(emulator.getMemory());
  }

  /** From now on on behalf of this thread of the code's own; null: of the call from Java. */
  void turnTo(Object thread) {
    pendings.put(turn, pending);
    turn = thread == null ? this : thread;
    pending = pendings.get(turn);
    references.turnTo(thread);
  }

  void forget(Object thread) {
    pendings.remove(thread);
    references.forget(thread);
  }

  private long pointer() {
    return env;
  }

  private void registration(Functions table) {
    table.add("GetJavaVM", 'I', f -> {
      f.ram.writeWord(f.word(1), javaVm);
      return 0;
    });
    table.java("RegisterNatives", 'I', f -> {
      Class<?> type = f.type(1);
      long at = f.word(2);
      for (int i = 0; i < f.number(3); i++, at += 3L * word) {
        String name = Text.decode(ram.terminated(ram.readWord(at)));
        String descriptor = Text.decode(ram.terminated(ram.readWord(at + word)));
        String plain = descriptor.startsWith("!") ? descriptor.substring(1) : descriptor; // "fast" native, of old
        registered.computeIfAbsent(declared(type, name, plain), unused -> new HashMap<>()).put(name + plain, ram.readWord(at + 2L * word));
      }
      return 0;
    });
    table.add("UnregisterNatives", 'I', f -> {
      registered.remove(f.type(1));
      return 0;
    });
  }

  /** The class that declares the method: this one or an ancestor. */
  private static Class<?> declared(Class<?> type, String name, String descriptor) {
    try {
      return Members.find(type, name, descriptor, false).getDeclaringClass();
    } catch (NoSuchMethodError none) {
      return Members.find(type, name, descriptor, true).getDeclaringClass();
    }
  }

  /** The address that RegisterNatives gave for a method, or 0. */
  long registered(Class<?> owner, String name, String descriptor) {
    return registered.getOrDefault(owner, Collections.emptyMap()).getOrDefault(name + descriptor, 0L);
  }

  /** A pointer to a table of functions. */
  private long table(SvcMemory memory, Functions functions, String[] names) {
    UnidbgPointer table = memory.allocate(names.length * word, "JNI");
    for (int i = 0; i < names.length; i++) {
      if (names[i] != null) {
        Function.Entry entry = functions.get(names[i]);
        if (entry == null) {
          throw new IllegalStateException("JNI's " + names[i] + " is not here");
        }
        ram.writeWord(table.peer + (long) i * word, memory.registerSvc(entered(entry)).peer);
      }
    }
    UnidbgPointer pointer = memory.allocate(word, "JNIEnv");
    ram.writeWord(pointer.peer, table.peer);
    return pointer.peer;
  }

  private Svc entered(Function.Entry entry) {
    return wide
        ? new Arm64Svc(entry.name) {
          @Override
          public long handle(Emulator<?> emulator) {
            return enter(entry);
          }
        }
        : new ArmSvc(entry.name) {
          @Override
          public long handle(Emulator<?> emulator) {
            return enter(entry);
          }
        };
  }

  /** What goes to the first result register at once. */
  private long enter(Function.Entry entry) {
    if (entry.runsJava) {
      waiting = entry;
      throw new ThreadContextSwitchException();
    }
    Object result = run(entry);
    abi.give(entry.type, result);
    return entry.type == 'F' || entry.type == 'D' ? abi.argument(0) : Abi.bits(entry.type, result);
  }

  /** Whether a function waits for the processor to stand still. */
  boolean waits() {
    return waiting != null;
  }

  /** Runs what waits. The registers are as the function was entered, and afterwards hold its result if `restore` put them back. */
  void runWaiting(Runnable restore) {
    Function.Entry entry = waiting;
    waiting = null;
    Object result = run(entry);
    restore.run();
    abi.give(entry.type, result);
  }

  private Object run(Function.Entry entry) {
    try {
      Object result = entry.function.run(frame);
      return result == null ? nothing(entry.type) : result;
    } catch (Lacking lacking) {
      around.lacking("JNI " + lacking.getMessage());
      pending = new UnsupportedOperationException(lacking.getMessage());
    } catch (BackendException fault) {
      throw fault; // memory that is not there
    } catch (Throwable thrown) {
      pending = thrown;
    }
    return nothing(entry.type);
  }

  /** A function that the lab does not have. */
  static final class Lacking extends RuntimeException {
    private static final long serialVersionUID = 1;

    Lacking(String what) {
      super(what);
    }
  }

  private static Object nothing(char type) {
    switch (type) {
      case 'Z':
        return false;
      case 'C':
        return (char) 0;
      case 'F':
        return 0f;
      case 'D':
        return 0d;
      default:
        return 0L;
    }
  }

  void describe() {
    if (pending != null) {
      StringWriter text = new StringWriter();
      pending.printStackTrace(new PrintWriter(text, true));
      around.log(5, "System.err", text.toString());
    }
  }
}
