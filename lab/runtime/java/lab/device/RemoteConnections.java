package lab.device;

import android.content.ComponentName;
import android.content.Intent;
import android.content.ServiceConnection;
import android.os.DeadObjectException;
import android.os.IBinder;
import android.os.RemoteException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import lab.boot.Wire;

/** The connections of this process to services of others (LoadedApk.ServiceDispatcher). */
final class RemoteConnections {
  private static final class Connection {
    final ServiceConnection connection;
    final Executor executor;
    IBinder binder;

    Connection(ServiceConnection connection, Executor executor) {
      this.connection = connection;
      this.executor = executor;
    }
  }

  private final Wire wire;
  private final Map<Long, Connection> connections = new HashMap<>();
  private long numbers;

  RemoteConnections(Wire wire) {
    this.wire = wire;
  }

  /** False where there is no such service; SecurityException where this app may not. */
  boolean bind(Intent intent, ServiceConnection connection, int flags, Executor executor) {
    long number;
    synchronized (connections) {
      number = ++numbers;
      connections.put(number, new Connection(connection, executor));
    }
    String component = "";
    try {
      Map<String, Object> answer =
          wire.ask(
              "service", "verb", "bind", "intent", Intents.write(intent), "connection", number, "flags", flags);
      component = String.valueOf(answer.get("component"));
    } catch (Wire.Refused e) {
      throw Refusals.of(e);
    } finally {
      if (component.isEmpty()) {
        synchronized (connections) {
          connections.remove(number);
        }
      }
    }
    return !component.isEmpty();
  }

  /** Whether the connection was to another process. */
  boolean unbind(ServiceConnection connection) {
    boolean found = false;
    synchronized (connections) {
      for (Map.Entry<Long, Connection> entry : new HashMap<>(connections).entrySet()) {
        if (entry.getValue().connection == connection) {
          connections.remove(entry.getKey());
          wire.tell("service", "verb", "unbind", "connection", entry.getKey());
          found = true;
        }
      }
    }
    return found;
  }

  void changed(long number, ComponentName name, String state, IBinder binder) {
    Connection known;
    synchronized (connections) {
      known = connections.get(number);
    }
    if (known != null) {
      known.executor.execute(() -> tell(number, known, name, state, binder));
    }
  }

  private void tell(long number, Connection known, ComponentName name, String state, IBinder binder) {
    synchronized (connections) {
      if (connections.get(number) != known) {
        return; // unbound meanwhile
      }
    }
    switch (state) {
      case "connected":
        connected(known, name, binder);
        break;
      case "null":
        known.connection.onNullBinding(name);
        break;
      case "disconnected":
        disconnected(known, name, known.binder);
        break;
      case "dead":
        disconnected(known, name, known.binder);
        known.connection.onBindingDied(name);
        break;
      default:
        throw new DeviceMain.Wrong("no state " + state);
    }
  }

  /** Told of the death by the object itself or by the daemon, whichever comes first, and once. */
  private void connected(Connection known, ComponentName name, IBinder binder) {
    known.binder = binder;
    try {
      binder.linkToDeath(() -> known.executor.execute(() -> disconnected(known, name, binder)), 0);
    } catch (DeadObjectException e) {
      known.binder = null;
      return; // it ended on the way: the daemon starts it again
    } catch (RemoteException e) {
      throw new IllegalStateException(e);
    }
    known.connection.onServiceConnected(name, binder);
  }

  private void disconnected(Connection known, ComponentName name, IBinder binder) {
    if (binder == null || known.binder != binder) {
      return;
    }
    known.binder = null;
    boolean bound;
    synchronized (connections) {
      bound = connections.containsValue(known);
    }
    if (bound) {
      known.connection.onServiceDisconnected(name);
    }
  }
}
