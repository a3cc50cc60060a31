package lab.device;

import android.app.ActivityThread;
import android.app.Notification;
import android.app.Service;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.content.pm.ResolveInfo;
import android.content.pm.ServiceInfo;
import android.os.Handler;
import android.os.IBinder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import lab.boot.Wire;
import lab.device.system.Daemon;
import lab.device.system.Notifications;
import lab.device.system.SystemServices;
import org.robolectric.RuntimeEnvironment;

/**
 * The services that run in this process.
 *
 * <p>A service of this process is started, bound and ended here and the daemon is told by an event; for any
 * other the daemon is asked, and says later when it is connected.
 */
public final class Services {
  private static final class Running {
    final Service service;
    /** By ServiceConnection, or by the daemon's name for a connection of another process. */
    final Map<Object, Intent> connections = new HashMap<>();
    final Map<Intent.FilterComparison, IBinder> binders = new HashMap<>();
    final Set<Intent.FilterComparison> wantsRebind = new HashSet<>();
    boolean started;
    int startId;
    int foregroundType;

    Running(Service service) {
      this.service = service;
    }
  }

  private final Wire wire;
  private final Handler handler;
  private final Map<ComponentName, Running> running = new LinkedHashMap<>();
  private final Set<ServiceConnection> awaited = new HashSet<>();
  private final RemoteConnections remote;

  Services(Wire wire, Handler handler) {
    this.wire = wire;
    this.handler = handler;
    remote = new RemoteConnections(wire);
  }

  /** The daemon says whether it may be started; one of this process is then started here. */
  public ComponentName start(Intent intent, boolean foreground) {
    ServiceInfo info = resolve(intent);
    boolean here = info != null && isHere(info);
    Map<String, Object> answer =
        Daemon.ask("service", "verb", "start", "intent", Intents.write(intent), "foreground", foreground, "here", here);
    if (!here) {
      String component = (String) answer.get("component");
      return component == null || component.isEmpty() ? null : ComponentName.unflattenFromString(component);
    }
    ComponentName name = new ComponentName(info.packageName, info.name);
    handler.post(() -> startHere(name, new Intent(intent).setComponent(name), 0));
    return name;
  }

  /** A call of the daemon: on the main thread already. `intent` is null when a sticky service is started again. */
  void startHere(ComponentName name, Intent intent, int flags) {
    Running record = create(name, intent == null ? new Intent().setComponent(name) : intent);
    record.started = true;
    record.startId++;
    if (intent != null) {
      intent.setExtrasClassLoader(DeviceMain.app().loader());
    }
    int result = record.service.onStartCommand(intent, flags, record.startId);
    wire.event(
        "service", "component", name.flattenToShortString(), "state", "started", "result", result,
        "intent", intent == null ? null : Intents.write(intent));
  }

  /** Service.startForeground, and with a notification of null stopForeground. */
  public void foreground(ComponentName name, int id, Notification notification, int flags, int type) {
    Running record = running.get(name);
    if (record == null) {
      return;
    }
    Map<String, Object> answer =
        Daemon.ask(
            "foreground", "component", name.flattenToString(), "id", id, "type", type, "flags", flags,
            "notification", notification == null ? null : Notifications.write(notification));
    record.foregroundType = notification == null ? 0 : ((Number) answer.get("type")).intValue();
  }

  public int foregroundType(ComponentName name) {
    Running record = running.get(name);
    return record == null ? 0 : record.foregroundType;
  }

  /** The user has swiped the app's task away. */
  void taskRemoved(Intent root) {
    for (Running record : new ArrayList<>(running.values())) {
      if (record.started) {
        record.service.onTaskRemoved(root);
      }
    }
  }

  public boolean stop(Intent intent) {
    ServiceInfo info = resolve(intent);
    if (info == null || !isHere(info)) {
      Daemon.ask("service", "verb", "stop", "intent", Intents.write(intent));
      return info != null;
    }
    ComponentName name = new ComponentName(info.packageName, info.name);
    boolean known = running.containsKey(name);
    handler.post(() -> stopHere(name));
    return known;
  }

  void stopHere(ComponentName name) {
    Running record = running.get(name);
    if (record != null) {
      record.started = false;
      endIfIdle(name, record);
    }
  }

  /** Service.stopSelf(id): only the latest start counts, -1 for any. */
  public boolean stopSelf(Service service, int startId) {
    for (Map.Entry<ComponentName, Running> entry : running.entrySet()) {
      Running record = entry.getValue();
      if (record.service == service) {
        if (startId != -1 && startId != record.startId) {
          return false;
        }
        ComponentName name = entry.getKey();
        handler.post(() -> stopHere(name));
        return true;
      }
    }
    return false;
  }

  public boolean bind(Intent intent, ServiceConnection connection, int flags, Executor executor) {
    ServiceInfo info = resolve(intent);
    if (info == null || !isHere(info)) {
      return remote.bind(intent, connection, flags, executor);
    }
    ComponentName name = new ComponentName(info.packageName, info.name);
    boolean create = (flags & Context.BIND_AUTO_CREATE) != 0;
    if (!create && !running.containsKey(name)) {
      return true;
    }
    awaited.add(connection);
    handler.post(() -> bindHere(name, new Intent(intent).setComponent(name), connection, executor));
    return true;
  }

  private void bindHere(ComponentName name, Intent intent, ServiceConnection connection, Executor executor) {
    if (!awaited.remove(connection)) {
      return;
    }
    IBinder binder = bindHere(name, intent, connection);
    executor.execute(
        () -> {
          if (binder == null) {
            connection.onNullBinding(name);
          } else {
            connection.onServiceConnected(name, binder);
          }
        });
    tell(name, "bound");
  }

  /** onBind once for each different intent; after an onUnbind that said so, onRebind. Null where onBind gives null. */
  public IBinder bindHere(ComponentName name, Intent intent, Object connection) {
    Running record = create(name, intent);
    Intent.FilterComparison key = new Intent.FilterComparison(intent);
    intent.setExtrasClassLoader(DeviceMain.app().loader());
    if (!record.binders.containsKey(key)) {
      record.binders.put(key, record.service.onBind(intent));
    } else if (record.wantsRebind.remove(key)) {
      record.service.onRebind(intent);
    }
    record.connections.put(connection, intent);
    return record.binders.get(key);
  }

  /** A connection of another process is gone. */
  public void unbindHere(ComponentName name, Object connection) {
    Running record = running.get(name);
    Intent intent = record == null ? null : record.connections.remove(connection);
    if (intent != null) {
      unbindHere(name, record, intent);
    }
  }

  void connection(long number, ComponentName name, String state, IBinder binder) {
    remote.changed(number, name, state, binder);
  }

  public void unbind(ServiceConnection connection) {
    if (awaited.remove(connection) || remote.unbind(connection)) {
      return;
    }
    for (Map.Entry<ComponentName, Running> entry : running.entrySet()) {
      Running record = entry.getValue();
      Intent intent = record.connections.remove(connection);
      if (intent != null) {
        ComponentName name = entry.getKey();
        handler.post(() -> unbindHere(name, record, intent));
        return;
      }
    }
    throw new IllegalArgumentException("Service not registered: " + connection);
  }

  private void unbindHere(ComponentName name, Running record, Intent intent) {
    Intent.FilterComparison key = new Intent.FilterComparison(intent);
    for (Intent other : record.connections.values()) {
      if (new Intent.FilterComparison(other).equals(key)) {
        return;
      }
    }
    if (record.service.onUnbind(intent)) {
      record.wantsRebind.add(key);
    }
    endIfIdle(name, record);
  }

  private void endIfIdle(ComponentName name, Running record) {
    if (!record.started && record.connections.isEmpty() && running.remove(name) != null) {
      record.service.onDestroy();
      tell(name, "destroyed");
    }
  }

  private Running create(ComponentName name, Intent intent) {
    Running record = running.get(name);
    if (record != null) {
      return record;
    }
    BoundApp app = DeviceMain.app();
    Service service;
    try {
      service = app.componentFactory().instantiateService(app.loader(), name.getClassName(), intent);
    } catch (ReflectiveOperationException e) {
      throw new RuntimeException("Unable to instantiate service " + name.getClassName() + ": " + e, e);
    }
    ActivityThread thread = (ActivityThread) RuntimeEnvironment.getActivityThread();
    service.attach(app.context(), thread, name.getClassName(), new android.os.Binder(), app.application(), SystemServices.activities());
    record = new Running(service);
    running.put(name, record);
    service.onCreate();
    tell(name, "created");
    return record;
  }

  private void tell(ComponentName name, String state) {
    wire.event("service", "component", name.flattenToShortString(), "state", state);
  }

  private static ServiceInfo resolve(Intent intent) {
    if (intent.getComponent() == null && intent.getPackage() == null) {
      throw new IllegalArgumentException("Service Intent must be explicit: " + intent);
    }
    PackageManager manager = DeviceMain.app().context().getPackageManager();
    ResolveInfo found = manager.resolveService(intent, 0);
    return found == null ? null : found.serviceInfo;
  }

  private static boolean isHere(ServiceInfo info) {
    BoundApp app = DeviceMain.app();
    String process = info.processName == null ? info.packageName : info.processName;
    if ((info.flags & ServiceInfo.FLAG_ISOLATED_PROCESS) != 0) {
      process += ":" + info.name; // one of its own: the daemon's system/manifest_facts.py
    }
    return info.packageName.equals(app.packageName()) && process.equals(app.processName());
  }
}
