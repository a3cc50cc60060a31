package lab.device.shadows;

import android.os.DeadObjectException;
import android.os.IBinder;
import android.os.IBinder.DeathRecipient;
import android.os.Parcel;
import android.os.RemoteException;
import java.util.ArrayList;
import java.util.List;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.util.ReflectionHelpers;

/** The framework's own proxy of an object of another process; its natives end in the daemon. */
@Implements(className = "android.os.BinderProxy", isInAndroidSdk = false)
public class LabBinderProxy {
  @RealObject private IBinder proxy;

  private final List<DeathRecipient> recipients = new ArrayList<>();
  private boolean dead;

  public static Class<?> realClass() {
    return ReflectionHelpers.loadClass(LabBinderProxy.class.getClassLoader(), "android.os.BinderProxy");
  }

  /** The daemon's number for the object, 0 if it is one of this process. */
  public static long handleOf(IBinder object) {
    return object.getClass() == realClass() ? ReflectionHelpers.<Long>getField(object, "mNativeData") : 0;
  }

  /** Its process has ended: whoever wanted to know is told, once. */
  public void die() {
    List<DeathRecipient> told;
    synchronized (recipients) {
      if (dead) {
        return;
      }
      dead = true;
      told = new ArrayList<>(recipients);
      recipients.clear();
    }
    for (DeathRecipient recipient : told) {
      try {
        recipient.binderDied(proxy);
      } catch (RuntimeException e) {
        DeviceMain.log("W", "BinderNative", "Uncaught exception from death notification: " + e);
      }
    }
  }

  @Implementation
  protected boolean transactNative(int code, Parcel data, Parcel reply, int flags) throws RemoteException {
    synchronized (recipients) {
      if (dead) {
        throw new DeadObjectException();
      }
    }
    return DeviceMain.binders().transact(handleOf(proxy), code, data, reply, flags);
  }

  @Implementation
  protected boolean isBinderAlive() {
    synchronized (recipients) {
      return !dead;
    }
  }

  @Implementation
  protected boolean pingBinder() {
    try {
      return transactNative(IBinder.PING_TRANSACTION, null, null, 0);
    } catch (RemoteException e) {
      return false;
    }
  }

  @Implementation
  protected String getInterfaceDescriptor() throws RemoteException {
    Parcel data = Parcel.obtain();
    Parcel reply = Parcel.obtain();
    try {
      return transactNative(IBinder.INTERFACE_TRANSACTION, data, reply, 0) ? reply.readString() : null;
    } finally {
      data.recycle();
      reply.recycle();
    }
  }

  @Implementation
  protected void linkToDeathNative(DeathRecipient recipient, int flags) throws RemoteException {
    synchronized (recipients) {
      if (dead) {
        throw new DeadObjectException();
      }
      recipients.add(recipient);
    }
  }

  @Implementation
  protected boolean unlinkToDeathNative(DeathRecipient recipient, int flags) {
    synchronized (recipients) {
      if (!recipients.remove(recipient) && !dead) {
        throw new java.util.NoSuchElementException("Death link does not exist");
      }
      return !dead;
    }
  }
}
