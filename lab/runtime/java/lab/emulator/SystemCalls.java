package lab.emulator;

import com.github.unidbg.Emulator;
import com.github.unidbg.arm.backend.BackendException;
import com.github.unidbg.thread.AbstractWaiter;
import com.github.unidbg.thread.ThreadContextSwitchException;
import com.github.unidbg.thread.Waiter;
import com.sun.jna.Pointer;
import unicorn.Arm64Const;
import unicorn.ArmConst;

/** System calls that end the process, or that the emulation has none of (asm-generic/unistd.h; arch/arm/tools/syscall.tbl). */
final class SystemCalls {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final long CLONE_VM = 0x100;
  private static final long NANOS_OF_MILLI = 1_000_000;

  private SystemCalls() {}

  /** Returns whether it was one of those. */
  static boolean handle(Emulator<?> emulator, int number) {
    return emulator.is64Bit() ? handle64(emulator, number) : handle32(emulator, number);
  }

  /** Runs what unidbg does when the supervisor is called: what it fails in is an error of that call, or the code's end. */
  static void attend(Emulator<?> emulator, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException problem) {
      if (!Machine.WATCH.goesOn(problem)) {
        throw problem;
      }
      lacking(emulator, problem);
    }
  }

  private static boolean handle64(Emulator<?> emulator, int number) {
    switch (number) {
      case 94: // exit_group
        return exit(emulator);
      case 129: // kill
      case 130: // tkill
        return signal(emulator, 1);
      case 131: // tgkill
        return signal(emulator, 2);
      case 101: // nanosleep
        return nap(emulator, 0, 8);
      case 115: // clock_nanosleep
        return nap(emulator, 2, 8);
      case 220: // clone
        return (emulator.getContext().getLongArg(0) & CLONE_VM) == 0 && refused(emulator, "fork");
      case 221: // execve
        return refused(emulator, "execve");
      default:
        return false;
    }
  }

  private static boolean handle32(Emulator<?> emulator, int number) {
    switch (number) {
      case 248: // exit_group
        return exit(emulator);
      case 37: // kill
      case 238: // tkill
        return signal(emulator, 1);
      case 268: // tgkill
        return signal(emulator, 2);
      case 162: // nanosleep
        return nap(emulator, 0, 4);
      case 265: // clock_nanosleep
        return nap(emulator, 2, 4);
      case 2: // fork
      case 190: // vfork
        return refused(emulator, "fork");
      case 120: // clone
        return (emulator.getContext().getIntArg(0) & CLONE_VM) == 0 && refused(emulator, "fork");
      case 11: // execve
        return refused(emulator, "execve");
      default:
        return false;
    }
  }

  private static boolean exit(Emulator<?> emulator) {
    Machine.around.ended(0, emulator.getContext().getIntArg(0), "exit");
    return true;
  }

  /** A sleep of less than a millisecond, which unidbg has none of. `index`: of the struct timespec. */
  private static boolean nap(Emulator<?> emulator, int index, int word) {
    Pointer time = emulator.getContext().getPointerArg(index);
    long seconds = word == 8 ? time.getLong(0) : time.getInt(0);
    long nanos = word == 8 ? time.getLong(word) : time.getInt(word);
    if (seconds > 0 || nanos >= NANOS_OF_MILLI) {
      return false;
    }
    long until = System.nanoTime() + nanos;
    Waiter waiter = new AbstractWaiter() {
      @Override
      public boolean canDispatch() {
        return System.nanoTime() >= until;
      }

      @Override
      public void onContinueRun(Emulator<?> woken) {}
    };
    emulator.getThreadDispatcher().getRunningTask().setWaiter(emulator, waiter);
    throw new ThreadContextSwitchException().setReturnValue(0);
  }

  /** None but its own process can be meant: it sees no other. */
  private static boolean signal(Emulator<?> emulator, int index) {
    int signal = emulator.getContext().getIntArg(index);
    if (signal != 0) {
      Machine.around.ended(signal, 0, "code -6 (SI_TKILL)");
    }
    answer(emulator, 0);
    return true;
  }

  private static boolean refused(Emulator<?> emulator, String what) {
    Machine.around.lacking("system call " + what);
    answer(emulator, -EPERM);
    return true;
  }

  static boolean unknown(Emulator<?> emulator, int number) {
    Machine.around.lacking("system call " + number);
    answer(emulator, -ENOSYS);
    return true;
  }

  /** unidbg gave up on a call that it has in part only. */
  private static void lacking(Emulator<?> emulator, RuntimeException problem) {
    StackTraceElement[] where = problem.getStackTrace();
    Machine.around.lacking("system call: " + problem + (where.length > 0 ? " in " + where[0] : ""));
    answer(emulator, -ENOSYS);
  }

  static void answerNone(Emulator<?> emulator) {
    answer(emulator, -ENOSYS);
  }

  private static void answer(Emulator<?> emulator, long result) {
    emulator.getBackend().reg_write(emulator.is64Bit() ? Arm64Const.UC_ARM64_REG_X0 : ArmConst.UC_ARM_REG_R0, result);
  }

  /** A breakpoint in the code, as __builtin_trap and some checks leave there. */
  static RuntimeException trap() {
    Machine.WATCH.trapped(Crash.SIGTRAP, "code 1 (TRAP_BRKPT)");
    return new BackendException("breakpoint");
  }
}
