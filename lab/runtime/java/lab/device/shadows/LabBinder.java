package lab.device.shadows;

import android.os.Binder;
import android.os.Process;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowBinder;

/** Who calls: IPCThreadState's calling uid and pid, of each thread its own. */
@Implements(Binder.class)
public class LabBinder extends ShadowBinder {
  private static final long NOBODY = -1;
  private static final long SELF = -2;

  private static final ThreadLocal<Long> IDENTITY = ThreadLocal.withInitial(() -> NOBODY);

  /** The thread serves a call of that uid and pid from now on. Gives what {@link #leave} takes. */
  public static long enter(int uid, int pid) {
    long before = IDENTITY.get();
    IDENTITY.set(identity(uid, pid));
    return before;
  }

  public static void leave(long before) {
    IDENTITY.set(before);
  }

  private static long identity(int uid, int pid) {
    return (long) uid << 32 | pid & 0xffffffffL;
  }

  @Implementation
  protected static int getCallingUid() {
    long identity = IDENTITY.get();
    return identity < 0 ? Process.myUid() : (int) (identity >> 32);
  }

  @Implementation
  protected static int getCallingPid() {
    long identity = IDENTITY.get();
    return identity < 0 ? Process.myPid() : (int) identity;
  }

  @Implementation
  protected static int getCallingUidOrThrow() {
    if (IDENTITY.get() == NOBODY) {
      throw new IllegalStateException("Thread is not in a binder transaction, and the calling identity has not been explicitly set");
    }
    return getCallingUid();
  }

  /** The same token for oneself at all times: a looper that was started before the app's uid was known compares them. */
  @Implementation
  protected static long clearCallingIdentity() {
    long before = IDENTITY.get();
    IDENTITY.set(SELF);
    return before;
  }

  @Implementation
  protected static void restoreCallingIdentity(long token) {
    IDENTITY.set(token);
  }
}
