package lab.device;

import android.os.Binder;
import android.os.DeadObjectException;
import android.os.IBinder;
import android.os.Parcel;
import android.os.RemoteException;
import android.os.TransactionTooLargeException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lab.boot.Reply;
import lab.boot.Wire;
import lab.device.shadows.LabBinderProxy;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/**
 * The objects of this process that others hold, and the objects of others that this process holds: what
 * libbinder and the kernel's driver do on a phone. Which handle means what only the daemon knows.
 */
public final class Binders {
  /** ProcessState.cpp: the room for all that is under way to one process. */
  static final int ROOM = (1 << 20) - (8 << 10);

  /** android_util_Binder.cpp: beyond it a failed transaction is said to be too large. */
  private static final int LARGE = 200 << 10;

  private static final class Own {
    final long number;
    final IBinder object;
    long named;

    Own(long number, IBinder object) {
      this.number = number;
      this.object = object;
    }
  }

  private static final class Held extends WeakReference<IBinder> {
    final long handle;
    long given;

    Held(long handle, IBinder proxy, ReferenceQueue<IBinder> collected) {
      super(proxy, collected);
      this.handle = handle;
    }
  }

  private final Wire wire;
  private final BinderThreads threads;
  private final Map<IBinder, Own> ownByObject = new IdentityHashMap<>();
  private final Map<Long, Own> own = new HashMap<>();
  private final Map<Long, Held> held = new HashMap<>();
  private final ReferenceQueue<IBinder> collected = new ReferenceQueue<>();
  private long owned;

  Binders(Wire wire) {
    this.wire = wire;
    threads = new BinderThreads(this);
    Thread dropper = new Thread(this::dropCollected, "lab-binders");
    dropper.setDaemon(true);
    dropper.start();
  }

  // What the wire calls an object

  /** The BINDER for an object that leaves this process. */
  synchronized Object name(IBinder object) {
    if (object == null) {
      return null;
    }
    long handle = LabBinderProxy.handleOf(object);
    if (handle != 0) {
      return Collections.singletonMap("handle", handle);
    }
    Own entry = ownByObject.get(object);
    if (entry == null) {
      entry = new Own(++owned, object);
      ownByObject.put(object, entry);
      own.put(entry.number, entry);
    }
    entry.named++;
    return Collections.singletonMap("own", entry.number);
  }

  /** The object that a BINDER of the daemon means. */
  synchronized IBinder object(Object binder) {
    if (binder == null) {
      return null;
    }
    Map<?, ?> fields = (Map<?, ?>) binder;
    Number number = (Number) fields.get("own");
    if (number != null) {
      Own entry = own.get(number.longValue());
      return entry == null ? null : entry.object;
    }
    long handle = ((Number) fields.get("handle")).longValue();
    Held entry = held.get(handle);
    IBinder proxy = entry == null ? null : entry.get();
    if (proxy == null) {
      proxy =
          (IBinder)
              ReflectionHelpers.callConstructor(
                  LabBinderProxy.realClass(), ClassParameter.from(long.class, handle));
      entry = new Held(handle, proxy, collected);
      held.put(handle, entry);
    }
    entry.given++;
    if (fields.get("dead") != null) {
      Shadow.<LabBinderProxy>extract(proxy).die();
    }
    return proxy;
  }

  private void dropCollected() {
    while (true) {
      Held gone;
      try {
        gone = (Held) collected.remove();
      } catch (InterruptedException e) {
        continue;
      }
      synchronized (this) {
        held.remove(gone.handle, gone);
      }
      try {
        // One at a time: the daemon takes only so many asks of a process at once.
        wire.ask("drop", "handle", gone.handle, "count", gone.given);
      } catch (Wire.Refused e) {
        DeviceMain.log("W", "Binder", "handle " + gone.handle + ": " + e.getMessage());
      }
    }
  }

  // Calls of this process to others

  /** IBinder.transact of an object that lives elsewhere. */
  public boolean transact(long handle, int code, Parcel data, Parcel reply, int flags) throws RemoteException {
    int size = data == null ? 0 : data.dataSize();
    if (size > ROOM) {
      throw new TransactionTooLargeException("data parcel size " + size + " bytes");
    }
    Map<String, Object> answer =
        threads.ask(
            wire,
            "handle", handle,
            "code", code,
            "flags", flags,
            "parcel", data == null ? null : writeOrRefuse(data));
    Object error = answer.get("error");
    if (error != null) {
      throw new RemoteException(error.toString());
    }
    switch ((String) answer.get("status")) {
      case "done":
        if (reply != null && answer.get("reply") != null) {
          reply.setDataSize(0);
          ParcelCodec.read(fields(answer, "reply"), reply, this);
        }
        return Boolean.TRUE.equals(answer.get("handled"));
      case "dead":
        throw new DeadObjectException();
      default:
        if (size > LARGE) {
          throw new TransactionTooLargeException("data parcel size " + size + " bytes");
        }
        throw new DeadObjectException(
            "Transaction failed on small parcel; remote process probably died, but this could also be caused by "
                + "running out of binder buffer space");
    }
  }

  private Map<String, Object> writeOrRefuse(Parcel data) {
    try {
      return ParcelCodec.write(data, this);
    } catch (ParcelCodec.FileInParcel e) {
      wire.event("unimplemented", "method", "Parcel.writeFileDescriptor across processes");
      throw e;
    }
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> fields(Map<String, Object> arguments, String name) {
    return (Map<String, Object>) arguments.get(name);
  }

  // Calls of others to this process

  /** From the reader's thread, which must not wait. */
  void call(String op, Map<String, Object> arguments, Reply reply) {
    switch (op) {
      case "transact":
        threads.take(arguments, reply);
        break;
      case "died":
        threads.run(() -> died((List<?>) arguments.get("handles")));
        reply.done(Collections.emptyMap());
        break;
      case "forget":
        forget(number(arguments, "own"), number(arguments, "count"));
        reply.done(Collections.emptyMap());
        break;
      default:
        throw new DeviceMain.Wrong("no call " + op);
    }
  }

  /** On a thread of the pool. */
  void run(Runnable work) {
    threads.run(work);
  }

  private void died(List<?> handles) {
    for (Object handle : handles) {
      IBinder proxy;
      synchronized (this) {
        Held entry = held.get(((Number) handle).longValue());
        proxy = entry == null ? null : entry.get();
      }
      if (proxy != null) {
        Shadow.<LabBinderProxy>extract(proxy).die();
      }
    }
  }

  private synchronized void forget(long number, long count) {
    Own entry = own.get(number);
    if (entry != null) {
      entry.named -= count;
      if (entry.named <= 0) {
        own.remove(number);
        ownByObject.remove(entry.object);
      }
    }
  }

  /** Carries a transaction out, on the thread that is to. Gives the fields of the answer. */
  Map<String, Object> serve(Map<String, Object> arguments) {
    IBinder object;
    synchronized (this) {
      Own entry = own.get(number(arguments, "own"));
      if (entry == null) {
        throw new DeviceMain.Wrong("no object " + arguments.get("own"));
      }
      object = entry.object;
    }
    int code = (int) number(arguments, "code");
    int flags = (int) number(arguments, "flags");
    Parcel data = Parcel.obtain();
    Parcel reply = Parcel.obtain();
    try {
      ParcelCodec.read(fields(arguments, "parcel"), data, this);
      boolean handled = carryOut(object, code, data, reply, flags);
      Map<String, Object> answer = new HashMap<>();
      if ((flags & IBinder.FLAG_ONEWAY) == 0) {
        answer.put("handled", handled);
        answer.put("reply", handled ? replyOf(reply) : null);
      }
      return answer;
    } finally {
      data.recycle();
      reply.recycle();
    }
  }

  private Map<String, Object> replyOf(Parcel reply) {
    if (reply.dataSize() > ROOM) {
      throw new DeviceMain.Wrong("a reply of " + reply.dataSize() + " bytes");
    }
    try {
      return writeOrRefuse(reply);
    } catch (ParcelCodec.FileInParcel e) {
      reply.setDataSize(0);
      reply.writeException(e);
      return ParcelCodec.write(reply, this);
    }
  }

  /** As Binder.execTransact: what onTransact throws goes back in the reply. */
  private static boolean carryOut(IBinder object, int code, Parcel data, Parcel reply, int flags) {
    if (code == IBinder.PING_TRANSACTION) {
      return true;
    }
    try {
      if (object instanceof Binder) {
        return BinderThreads.onTransact((Binder) object, code, data, reply, flags);
      }
      return object.transact(code, data, reply, flags);
    } catch (RemoteException | RuntimeException e) {
      if ((flags & IBinder.FLAG_ONEWAY) != 0) {
        DeviceMain.log("W", "Binder", "Binder call failed.\n" + Stacks.print(e));
        return true;
      }
      DeviceMain.log("W", "Binder", "Caught a RuntimeException from the binder stub implementation.\n" + Stacks.print(e));
      reply.setDataSize(0);
      return writeException(reply, e);
    }
  }

  private static boolean writeException(Parcel reply, Exception thrown) {
    try {
      reply.writeException(thrown);
      return true;
    } catch (RuntimeException e) {
      DeviceMain.log(
          "E", "JavaBinder", "*** Uncaught remote exception! Exceptions are not yet supported across processes.\n" + Stacks.print(e));
      return false;
    }
  }

  static long number(Map<String, Object> arguments, String name) {
    Object value = arguments.get(name);
    return value == null ? 0 : ((Number) value).longValue();
  }
}
