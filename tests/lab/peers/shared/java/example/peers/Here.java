package example.peers;

import android.content.Context;
import android.content.pm.PackageManager;
import android.os.Binder;
import android.os.Bundle;
import android.os.IBinder;
import android.os.ParcelFileDescriptor;
import android.os.Process;
import android.os.RemoteCallbackList;
import android.os.RemoteException;
import android.util.Log;

/** The object behind the interface, in whichever process it is made. */
public final class Here extends Peer.Stub {
    private final Context context;
    private final StringBuffer notes = new StringBuffer();
    private final RemoteCallbackList<Peer> callbacks = new RemoteCallbackList<Peer>() {
        @Override
        public void onCallbackDied(Peer callback, Object cookie) {
            say("callback died " + cookie + " " + getRegisteredCallbackCount());
        }
    };
    private IBinder kept;

    public Here(Context context) {
        this.context = context;
    }

    public static void say(String text) {
        Log.i("Peers", text);
    }

    @Override
    public int add(int one, int other) {
        return one + other;
    }

    @Override
    public String who() {
        return Process.myUid() + " " + Process.myPid() + " " + Binder.getCallingUid() + " " + Binder.getCallingPid();
    }

    @Override
    public void fail(String kind) throws RemoteException {
        if (kind.equals("security")) {
            throw new SecurityException("not you");
        }
        if (kind.equals("state")) {
            throw new IllegalStateException("not now");
        }
        throw new RuntimeException("of no kind that a parcel knows");
    }

    @Override
    public String ask(Peer back, int depth) throws RemoteException {
        String here = Thread.currentThread().getName().replaceAll("[0-9]+", "N");
        return here + (depth == 0 ? "" : " < " + back.ask(this, depth - 1));
    }

    @Override
    public void keep(IBinder object) {
        kept = object;
    }

    @Override
    public boolean isKept(IBinder object) {
        return kept == object;
    }

    @Override
    public IBinder kept() {
        return kept;
    }

    @Override
    public int size(byte[] data) {
        return data.length;
    }

    @Override
    public byte[] make(int size) {
        byte[] made = new byte[size];
        java.util.Arrays.fill(made, (byte) 7);
        return made;
    }

    @Override
    public Bundle echo(Bundle bundle) {
        bundle.setClassLoader(getClass().getClassLoader());
        bundle.putInt("times", bundle.getInt("times") + 1);
        return bundle;
    }

    @Override
    public void file(ParcelFileDescriptor file) {
        say("file arrived");
    }

    @Override
    public void note(int number) {
        notes.append(number).append(Binder.getCallingPid() == 0 ? "" : "!").append(' ');
    }

    @Override
    public String notes() {
        return notes.toString();
    }

    @Override
    public void mourn(IBinder other) throws RemoteException {
        other.linkToDeath(new DeathRecipient() {
            @Override
            public void binderDied() {
                say("mourned");
            }
        }, 0);
        callbacks.register(Peer.Stub.asInterface(other), "cookie");
        int count = callbacks.beginBroadcast();
        say("mourning " + count + " " + callbacks.getBroadcastItem(0).add(1, 1));
        callbacks.finishBroadcast();
    }

    @Override
    public void die() {
        Runtime.getRuntime().halt(0);
    }

    @Override
    public boolean holds(String permission) {
        return context.checkCallingPermission(permission) == PackageManager.PERMISSION_GRANTED;
    }
}
