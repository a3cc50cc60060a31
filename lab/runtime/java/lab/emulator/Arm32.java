package lab.emulator;

import com.github.unidbg.Emulator;
import com.github.unidbg.arm.backend.Backend;
import com.github.unidbg.debugger.Debugger;
import com.github.unidbg.file.FileSystem;
import com.github.unidbg.file.linux.AndroidFileIO;
import com.github.unidbg.linux.ARM32SyscallHandler;
import com.github.unidbg.linux.android.AndroidARMEmulator;
import com.github.unidbg.memory.SvcMemory;
import com.github.unidbg.thread.ThreadDispatcher;
import com.github.unidbg.unix.UnixSyscallHandler;
import java.io.File;

/** A process for code of 32 bits. */
final class Arm32 extends AndroidARMEmulator {
  Arm32(String processName, File root) {
    super(processName, root, Machine.backends());
    Machine.WATCH.over(getBackend());
  }

  @Override
  protected ThreadDispatcher createThreadDispatcher() {
    return new Dispatcher(this);
  }

  @Override
  protected FileSystem<AndroidFileIO> createFileSystem(File root) {
    return new DeviceFiles(this, root);
  }

  /** A breakpoint in the code: there is nobody to ask at a console. */
  @Override
  protected Debugger createConsoleDebugger() {
    throw SystemCalls.trap();
  }

  @Override
  protected UnixSyscallHandler<AndroidFileIO> createSyscallHandler(SvcMemory memory) {
    return new ARM32SyscallHandler(memory) {
      @Override
      protected boolean handleSyscall(Emulator<?> emulator, int number) {
        return SystemCalls.handle(emulator, number) || super.handleSyscall(emulator, number);
      }

      @Override
      protected boolean handleUnknownSyscall(Emulator<?> emulator, int number) {
        return SystemCalls.unknown(emulator, number);
      }

      @Override
      public void hook(Backend backend, int interrupt, int svc, Object user) {
        SystemCalls.attend(Arm32.this, () -> super.hook(backend, interrupt, svc, user));
      }
    };
  }
}
