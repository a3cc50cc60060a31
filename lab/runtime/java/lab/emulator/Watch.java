package lab.emulator;

import com.github.unidbg.Emulator;
import com.github.unidbg.LongJumpException;
import com.github.unidbg.arm.backend.Backend;
import com.github.unidbg.arm.backend.BackendException;
import com.github.unidbg.arm.backend.EventMemHook;
import com.github.unidbg.arm.backend.UnHook;
import com.github.unidbg.pointer.UnidbgPointer;
import unicorn.Arm64Const;
import unicorn.ArmConst;
import unicorn.UnicornConst;

/** Sees what ends the code before its time; unidbg itself only logs that, and answers -1. */
final class Watch implements EventMemHook {
  private String fault;
  private int signal;
  /** unidbg stopped the processor for what is no reason to. */
  private boolean stopped;
  private volatile boolean preempted;
  private boolean sliced;

  /** Memory that is not there, or not for this. */
  void over(Backend backend) {
    backend.hook_add_new(this, UnicornConst.UC_HOOK_MEM_INVALID, null);
  }

  @Override
  public boolean hook(Backend backend, long address, int size, long value, Object user, UnmappedType type) {
    fault = "code 1 (SEGV_MAPERR), fault addr 0x" + Long.toHexString(address);
    signal = Crash.SIGSEGV;
    return false;
  }

  @Override
  public void onAttach(UnHook unHook) {}

  @Override
  public void detach() {}

  /**
   * What the code asked of the system failed. Returns whether it can go on, with the error that is told it; otherwise the
   * process ends.
   */
  boolean goesOn(RuntimeException problem) {
    if (!(problem instanceof BackendException)) {
      stopped = true;
      return true;
    }
    if (!(problem instanceof LongJumpException) && fault == null) {
      trapped(Crash.SIGSEGV, "code 1 (SEGV_MAPERR), " + problem.getMessage());
    }
    return false;
  }

  void trapped(int signal, String why) {
    this.signal = signal;
    this.fault = why;
  }

  /** Stops the processor from another thread than the one that it runs on. */
  void preempt(Backend backend) {
    preempted = true;
    backend.emu_stop();
  }

  /** Whether a task was stopped in the middle since this was asked last: another should have its turn. */
  boolean takeSliced() {
    boolean was = sliced;
    sliced = false;
    return was;
  }

  /**
   * The processor stands still. Whether at the end of a call; false: it is to go on. Otherwise the process ends here. `result`:
   * of unidbg, an Integer where the code came to grief, and no end where a system call did, which is then told by Told.
   */
  boolean returned(Emulator<?> emulator, Number result) {
    Backend backend = emulator.getBackend();
    long at = emulator.is64Bit()
        ? backend.reg_read(Arm64Const.UC_ARM64_REG_PC).longValue()
        : backend.reg_read(ArmConst.UC_ARM_REG_PC).intValue() & 0xffffffffL;
    if (at == emulator.getReturnAddress()) {
      stopped = false;
      fault = null;
      return true;
    }
    boolean goOn = stopped || preempted || !(result instanceof Integer);
    if (goOn && !stopped && !preempted) {
      SystemCalls.answerNone(emulator);
    }
    sliced |= preempted;
    stopped = false;
    preempted = false;
    if (fault == null && goOn) {
      return false;
    }
    String why = fault == null ? "code 1 (ILL_ILLOPC)" : fault;
    Machine.around.ended(fault == null ? Crash.SIGILL : signal, 0, why + ", pc " + UnidbgPointer.pointer(emulator, at));
    return true;
  }
}
