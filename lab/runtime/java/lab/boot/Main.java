package lab.boot;

import java.security.Security;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.robolectric.internal.AndroidSandbox;

/** The first class of an app process. It ends when the daemon closes the socket on fd 0. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Wire wire = new Wire();
    // Takes a sixth of a second, and nothing waits for it before an app runs.
    Thread crypto = new Thread(() -> Security.addProvider(new BouncyCastleProvider()), "lab-crypto");
    crypto.setDaemon(true);
    crypto.start();
    AndroidSandbox sandbox = SandboxAssembly.build();
    sandbox.runOnMainThread(() -> run(sandbox, wire));
  }

  private static void run(AndroidSandbox sandbox, Wire wire) {
    Thread.currentThread().setName("main");
    Thread.currentThread().setContextClassLoader(sandbox.getRobolectricClassLoader());
    Device device;
    try {
      device =
          (Device)
              sandbox
                  .getRobolectricClassLoader()
                  .loadClass("lab.device.DeviceMain")
                  .getConstructor(AndroidSandbox.class)
                  .newInstance(sandbox);
      device.warm(wire);
    } catch (Throwable e) {
      e.printStackTrace();
      wire.event("exit", "why", "the framework did not start: " + e);
      Runtime.getRuntime().halt(70);
      return;
    }
    Thread.setDefaultUncaughtExceptionHandler(device::crash);
    Thread reader = new Thread(() -> read(wire, device), "Binder:1");
    reader.setDaemon(true);
    reader.start();
    wire.event("warm", "pid", ProcessHandle.current().pid());
    try {
      device.loop();
    } catch (Throwable thrown) {
      device.crash(Thread.currentThread(), thrown);
    }
  }

  private static void read(Wire wire, Device device) {
    try {
      wire.readAll((number, op, arguments) -> device.call(op, arguments, reply(wire, number)));
    } catch (Throwable e) {
      e.printStackTrace();
    }
    Runtime.getRuntime().halt(0);
  }

  private static Reply reply(Wire wire, long number) {
    return new Reply() {
      @Override
      public void done(Map<String, Object> fields) {
        wire.answer(number, fields);
      }

      @Override
      public void failed(String why) {
        wire.refuse(number, why);
      }
    };
  }
}
