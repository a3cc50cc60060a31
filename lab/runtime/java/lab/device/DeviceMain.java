package lab.device;

import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.net.Uri;
import android.os.Handler;
import android.os.IBinder;
import android.os.Looper;
import android.os.RemoteException;
import android.view.accessibility.AccessibilityManager;
import java.io.File;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicBoolean;
import lab.boot.Device;
import lab.boot.Reply;
import lab.boot.Wire;
import lab.device.system.AndroidKeyStore;
import lab.device.media.OpenCameras;
import lab.device.media.Recordings;
import lab.device.system.Daemon;
import lab.device.system.SystemServices;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.internal.AndroidSandbox;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowAccessibilityManager;
import org.robolectric.shadows.ShadowChoreographer;
import org.robolectric.shadows.ShadowProcess;
import org.robolectric.shadows.ShadowView;

/** The app process inside the sandbox: takes the daemon's calls and carries them out on the main looper. */
public final class DeviceMain implements Device {
  private static DeviceMain current;

  private final AndroidSandbox sandbox;
  private static final Map<Integer, String> SIGNALS =
      Map.of(4, "SIGILL", 5, "SIGTRAP", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 15, "SIGTERM");

  private final AtomicBoolean crashed = new AtomicBoolean();
  private Wire wire;
  private Handler handler;
  private Activities activities;
  private BoundApp app;
  private Windows windows;
  private Input input;
  private Services services;
  private Binders binders;
  private Providers providers;
  private Watchdog watchdog;
  private String qualifiers;

  public DeviceMain(AndroidSandbox sandbox) {
    this.sandbox = sandbox;
  }

  public static Wire wire() {
    return current.wire;
  }

  public static Activities activities() {
    return current.activities;
  }

  public static Services services() {
    return current.services;
  }

  public static Binders binders() {
    return current.binders;
  }

  public static Providers providers() {
    return current.providers;
  }

  public static BoundApp app() {
    return current.app;
  }

  public static void log(String priority, String tag, String text) {
    current.wire.event(
        "log",
        "priority", priority,
        "tag", tag,
        "text", text,
        "time_ns", System.currentTimeMillis() * 1_000_000L,
        "tid", Thread.currentThread().getId());
  }

  @Override
  public void warm(Wire wire) {
    current = this;
    this.wire = wire;
    activities = new Activities(wire);
    qualifiers = System.getProperty("lab.qualifiers");
    LabEnvironment environment = (LabEnvironment) sandbox.getTestEnvironment();
    environment.start(
        new File(System.getProperty("lab.natives")),
        qualifiers,
        new LabInstrumentation(activities, wire));
    ShadowView.setUseRealViewAnimations(true);
    ShadowChoreographer.setFrameDelay(Duration.ofMillis(16));
    handler = new Handler(Looper.getMainLooper());
    windows = new Windows(activities);
    input = new Input(windows, handler);
    binders = new Binders(wire);
    providers = new Providers(wire);
    services = new Services(wire, handler);
    watchdog = new Watchdog(wire);
    Looper.myQueue()
        .addIdleHandler(
            () -> {
              windows.updateFocus();
              return true;
            });
    // A frame is drawn when the clock has come to its time, and at the host's own time: were the two apart,
    // the framework would count all of the difference as frames that it skipped.
    ShadowChoreographer.setPaused(true);
    Clock clock = new Clock();
    Rehearsal.play(RuntimeEnvironment.systemContext, clock);
    Preloaded.load(getClass().getClassLoader());
    clock.start();
  }

  @Override
  public void loop() {
    Looper.loop();
    throw new RuntimeException("Main thread loop unexpectedly exited");
  }

  @Override
  public void call(String op, Map<String, Object> arguments, Reply reply) {
    switch (op) {
      case "transact":
      case "died":
      case "forget":
        binders.call(op, arguments, reply);
        return;
      case "provider":
        binders.run(() -> providers.open((String) arguments.get("authority"), reply));
        return;
      default:
        break;
    }
    Runnable begun = "input".equals(op) ? watchdog.watch() : () -> {};
    handler.post(
        () -> {
          begun.run();
          carryOut(op, arguments, reply);
        });
  }

  private void carryOut(String op, Map<String, Object> arguments, Reply reply) {
    Map<String, Object> done = Collections.emptyMap();
    try {
      switch (op) {
        case "input":
          input.take(arguments, reply);
          return;
        case "dump":
          done = windows.dump();
          break;
        case "screenshot":
          done = windows.screenshot();
          break;
        case "bind":
          bind(arguments);
          break;
        case "broadcast":
          receive(arguments, reply);
          return;
        default:
          done = inApp(op, arguments);
      }
    } catch (Wrong e) {
      reply.failed(e.getMessage());
      return;
    } catch (Throwable thrown) {
      // On a phone it would have come out of the main looper: the app dies of it.
      boolean first = !crashed.getAndSet(true);
      if (first) {
        tellCrash(Thread.currentThread(), thrown);
      }
      reply.failed(op + ": " + thrown);
      if (first) {
        end();
      }
      return;
    }
    reply.done(done);
  }

  @SuppressWarnings("unchecked")
  private void bind(Map<String, Object> arguments) throws Exception {
    if (app != null) {
      throw new Wrong("already bound to " + app.packageName());
    }
    Profile.set((Map<String, Object>) arguments.getOrDefault("profile", Collections.emptyMap()));
    String process = (String) arguments.get("process");
    if (arguments.containsKey("uid")) {
      ShadowProcess.setUid(number(arguments, "uid"));
    }
    Planter.plantBuild(process == null ? (String) arguments.get("package") : process);
    Network.trust((String) arguments.get("trust"));
    VirtualMachine.pretend(new File((String) arguments.get("data")));
    app = new BoundApp(arguments);
    set(arguments);
    new Planter(app.context(), (List<String>) arguments.getOrDefault("queries", Collections.emptyList())).plant(app.parsed());
    SystemProviders.register(app.context());
    AndroidKeyStore.install(app.context().getDataDir());
    // uiautomator is an accessibility service: with one running, list rows say that they can be clicked.
    AccessibilityManager manager = (AccessibilityManager) app.context().getSystemService(Context.ACCESSIBILITY_SERVICE);
    Shadow.<ShadowAccessibilityManager>extract(manager).setEnabled(true);
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> inApp(String op, Map<String, Object> arguments) throws Exception {
    if (app == null) {
      throw new Wrong(op + " before bind");
    }
    Object token = arguments.get("token");
    switch (op) {
      case "release":
        LogStream.install();
        Unimplemented.wake();
        app.run();
        break;
      case "launch":
        activities.launch(
            token,
            intent(arguments),
            (String) arguments.get("caller_package"),
            !Boolean.FALSE.equals(arguments.get("root")),
            SavedState.read(Binders.fields(arguments, "state"), app.loader()),
            app);
        break;
      case "lifecycle":
        return SavedState.write(activities.move(token, (String) arguments.get("state")));
      case "finish":
        activities.finish(token);
        break;
      case "result":
        activities.result(token, number(arguments, "request_code"), number(arguments, "result_code"), intent(arguments));
        break;
      case "permission_result":
        activities.permissionResult(
            token,
            number(arguments, "request_code"),
            (List<Object>) arguments.get("permissions"),
            (List<Object>) arguments.get("grants"));
        break;
      case "receivers":
        return Receivers.registered(intent(arguments), Binders.number(arguments, "caller_uid"), app);
      case "service":
        return service(arguments);
      case "connection":
        services.connection(
            Binders.number(arguments, "connection"),
            ComponentName.unflattenFromString((String) arguments.get("component")),
            (String) arguments.get("state"),
            binders.object(arguments.get("binder")));
        break;
      case "set":
        set(arguments);
        break;
      case "job":
        job(arguments);
        break;
      case "alarm":
        SystemServices.alarms().fire((String) arguments.get("listener"));
        break;
      case "listener":
        SystemServices.listeners().tell(arguments, services);
        break;
      case "biometric":
        SystemServices.biometrics()
            .hear(number(arguments, "session"), (String) arguments.get("what"), number(arguments, "code"));
        break;
      case "content_changed":
        Observers.changed(Uri.parse((String) arguments.get("uri")), number(arguments, "flags"));
        break;
      case "clipboard_changed":
        SystemServices.clipboard().changed();
        break;
      case "camera":
        OpenCameras.lost(((Number) arguments.get("client")).longValue(), (String) arguments.get("why"));
        break;
      case "microphone":
        Recordings.silence(((Number) arguments.get("recording")).longValue(), Boolean.TRUE.equals(arguments.get("silenced")));
        break;
      case "task_removed":
        services.taskRemoved(intent(arguments));
        break;
      case "throw":
        throw Daemon.thrown((String) arguments.get("exception"));
      case "trim":
        app.application().onTrimMemory(number(arguments, "level"));
        break;
      default:
        throw new Wrong("no call " + op);
    }
    return Collections.emptyMap();
  }

  private static void job(Map<String, Object> arguments) throws RemoteException {
    switch ((String) arguments.get("verb")) {
      case "start":
        SystemServices.jobs().start(arguments);
        break;
      case "stop":
        SystemServices.jobs().stop(arguments);
        break;
      case "end":
        SystemServices.jobs().end(arguments);
        break;
      default:
        throw new Wrong("no verb " + arguments.get("verb"));
    }
  }

  private void receive(Map<String, Object> arguments, Reply reply) throws ReflectiveOperationException {
    if (app == null) {
      throw new Wrong("broadcast before bind");
    }
    Receivers.deliver(
        intent(arguments),
        (String) arguments.get("receiver"),
        Binders.fields(arguments, "ordered"),
        arguments.get("caller_uid") == null ? -1 : Binders.number(arguments, "caller_uid"),
        app,
        reply);
  }

  private Map<String, Object> service(Map<String, Object> arguments) {
    ComponentName name = ComponentName.unflattenFromString((String) arguments.get("component"));
    String verb = (String) arguments.get("verb");
    if ("start".equals(verb)) {
      Intent intent = intent(arguments);
      boolean again = Boolean.TRUE.equals(arguments.get("again"));
      Intent sent = intent == null ? (again ? null : new Intent().setComponent(name)) : intent.setComponent(name);
      services.startHere(name, sent, number(arguments, "flags"));
    } else if ("stop".equals(verb)) {
      services.stopHere(name);
    } else if ("bind".equals(verb)) {
      IBinder binder = services.bindHere(name, intent(arguments).setComponent(name), arguments.get("binding"));
      return Collections.singletonMap("binder", binders.name(binder));
    } else {
      services.unbindHere(name, arguments.get("binding"));
    }
    return Collections.emptyMap();
  }

  @SuppressWarnings("unchecked")
  private void set(Map<String, Object> arguments) {
    Map<String, Object> permissions = (Map<String, Object>) arguments.get("permissions");
    if (permissions != null) {
      Permissions.set(permissions);
    }
    Map<String, Object> settings = (Map<String, Object>) arguments.get("settings");
    if (settings != null) {
      Settings.set(app.context().getContentResolver(), settings);
      Networks.update();
    }
    if (arguments.containsKey("proxy")) {
      Network.proxy((Map<String, Object>) arguments.get("proxy"));
    }
    Map<String, Object> profile = (Map<String, Object>) arguments.get("profile");
    if (profile != null) {
      Profile.set(profile);
    }
    if (arguments.containsKey("timezone")) {
      TimeZone.setDefault(TimeZone.getTimeZone((String) arguments.get("timezone")));
    }
    if (arguments.containsKey("sensor")) {
      Sensors.feel(app.context(), number(arguments, "sensor"), (List<Object>) arguments.get("values"));
    }
    String qualifiers = (String) arguments.get("qualifiers");
    if (qualifiers != null && !qualifiers.equals(this.qualifiers)) {
      this.qualifiers = qualifiers;
      RuntimeEnvironment.setQualifiers(qualifiers);
    }
  }

  @SuppressWarnings("unchecked")
  private Intent intent(Map<String, Object> arguments) {
    Map<String, Object> fields = (Map<String, Object>) arguments.get("intent");
    return fields == null ? null : Intents.read(fields, app.loader());
  }

  private static int number(Map<String, Object> arguments, String name) {
    Object value = arguments.get(name);
    return value == null ? 0 : ((Number) value).intValue();
  }

  /** As Android's default handler: FATAL EXCEPTION in the log, then the process ends. */
  @Override
  public void crash(Thread thread, Throwable thrown) {
    if (!crashed.getAndSet(true)) {
      tellCrash(thread, thrown);
      end();
    }
  }

  private void tellCrash(Thread thread, Throwable thrown) {
    String stack = Stacks.print(thrown);
    String name = app == null ? "warm" : app.processName();
    log(
        "E",
        "AndroidRuntime",
        "FATAL EXCEPTION: " + thread.getName() + "\nProcess: " + name + ", PID: "
            + ProcessHandle.current().pid() + "\n" + stack);
    wire.event("crash", "thread", thread.getName(), "stack", stack);
  }

  private void end() {
    wire.event("exit", "why", "crash");
    Runtime.getRuntime().halt(10);
  }

  /** Native code ended the process: by a signal, which is a crash, or, where that is 0, by exit(status). */
  static void ended(int signal, int status, String why) {
    if (signal == 0) {
      log("I", "System.exit", "exit(" + status + ") by native code");
      current.wire.event("exit", "why", "exit");
      Runtime.getRuntime().halt(status);
    }
    Thread thread = Thread.currentThread();
    String name = current.app == null ? "warm" : current.app.processName();
    long pid = ProcessHandle.current().pid();
    String line = "Fatal signal " + signal + " (" + SIGNALS.getOrDefault(signal, "?") + "), " + why + " in tid " + pid + " ("
        + thread.getName() + "), pid " + pid + " (" + name + ")";
    log("F", "libc", line);
    if (!current.crashed.getAndSet(true)) {
      current.wire.event("crash", "thread", thread.getName(), "stack", "Native crash: " + line + "\n" + Stacks.print(new Throwable("called by")));
      current.end();
    }
  }

  static void crashed(Throwable thrown) {
    current.crash(Thread.currentThread(), thrown);
  }

  /** The daemon's mistake, not the app's. */
  static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1;

    Wrong(String why) {
      super(why);
    }
  }
}
