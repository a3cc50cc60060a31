package android.os;

/** The door to a service of another process; counts how often it was asked what it is. */
public class BinderProxy {
    public static int asked = 0;
    private final String descriptor;

    public BinderProxy(String descriptor) {
        this.descriptor = descriptor;
    }

    public String getInterfaceDescriptor() {
        asked++;
        return descriptor;
    }

    public boolean transact(int code, Object data, Object reply, int flags) {
        if (data instanceof Runnable) {
            ((Runnable) data).run(); // a call back into the process that waits
        }
        return true;
    }
}
