package example.peers;

import android.os.Binder;
import android.os.Bundle;
import android.os.IBinder;
import android.os.IInterface;
import android.os.Parcel;
import android.os.ParcelFileDescriptor;
import android.os.RemoteException;

/** What aidl would make of an interface Peer, written by hand. */
public interface Peer extends IInterface {
    int add(int one, int other) throws RemoteException;

    /** Own uid and pid, calling uid and pid. */
    String who() throws RemoteException;

    void fail(String kind) throws RemoteException;

    /** Calls back, and gives what the callback said and on which thread this was. */
    String ask(Peer back, int depth) throws RemoteException;

    void keep(IBinder object) throws RemoteException;

    /** Whether the object is the one that was kept. */
    boolean isKept(IBinder object) throws RemoteException;

    IBinder kept() throws RemoteException;

    int size(byte[] data) throws RemoteException;

    byte[] make(int size) throws RemoteException;

    Bundle echo(Bundle bundle) throws RemoteException;

    void file(ParcelFileDescriptor file) throws RemoteException;

    /** oneway */
    void note(int number) throws RemoteException;

    String notes() throws RemoteException;

    /** oneway; tells of the death of `other` in the log. */
    void mourn(IBinder other) throws RemoteException;

    /** oneway */
    void die() throws RemoteException;

    boolean holds(String permission) throws RemoteException;

    abstract class Stub extends Binder implements Peer {
        static final String NAME = "example.peers.Peer";

        public Stub() {
            attachInterface(this, NAME);
        }

        public static Peer asInterface(IBinder object) {
            if (object == null) {
                return null;
            }
            IInterface local = object.queryLocalInterface(NAME);
            return local instanceof Peer ? (Peer) local : new Proxy(object);
        }

        @Override
        public IBinder asBinder() {
            return this;
        }

        @Override
        protected boolean onTransact(int code, Parcel data, Parcel reply, int flags) throws RemoteException {
            if (code == INTERFACE_TRANSACTION) {
                reply.writeString(NAME);
                return true;
            }
            if (code < FIRST_CALL_TRANSACTION || code > FIRST_CALL_TRANSACTION + 15) {
                return super.onTransact(code, data, reply, flags);
            }
            data.enforceInterface(NAME);
            switch (code - FIRST_CALL_TRANSACTION) {
                case 0:
                    int sum = add(data.readInt(), data.readInt());
                    reply.writeNoException();
                    reply.writeInt(sum);
                    return true;
                case 1:
                    String who = who();
                    reply.writeNoException();
                    reply.writeString(who);
                    return true;
                case 2:
                    fail(data.readString());
                    reply.writeNoException();
                    return true;
                case 3:
                    String said = ask(asInterface(data.readStrongBinder()), data.readInt());
                    reply.writeNoException();
                    reply.writeString(said);
                    return true;
                case 4:
                    keep(data.readStrongBinder());
                    reply.writeNoException();
                    return true;
                case 5:
                    boolean same = isKept(data.readStrongBinder());
                    reply.writeNoException();
                    reply.writeInt(same ? 1 : 0);
                    return true;
                case 6:
                    IBinder kept = kept();
                    reply.writeNoException();
                    reply.writeStrongBinder(kept);
                    return true;
                case 7:
                    int size = size(data.createByteArray());
                    reply.writeNoException();
                    reply.writeInt(size);
                    return true;
                case 8:
                    byte[] made = make(data.readInt());
                    reply.writeNoException();
                    reply.writeByteArray(made);
                    return true;
                case 9:
                    Bundle bundle = echo(data.readTypedObject(Bundle.CREATOR));
                    reply.writeNoException();
                    reply.writeTypedObject(bundle, 1);
                    return true;
                case 10:
                    file(data.readTypedObject(ParcelFileDescriptor.CREATOR));
                    reply.writeNoException();
                    return true;
                case 11:
                    note(data.readInt());
                    return true;
                case 12:
                    String notes = notes();
                    reply.writeNoException();
                    reply.writeString(notes);
                    return true;
                case 13:
                    mourn(data.readStrongBinder());
                    return true;
                case 14:
                    die();
                    return true;
                default:
                    boolean held = holds(data.readString());
                    reply.writeNoException();
                    reply.writeInt(held ? 1 : 0);
                    return true;
            }
        }
    }

    final class Proxy implements Peer {
        private final IBinder remote;

        Proxy(IBinder remote) {
            this.remote = remote;
        }

        @Override
        public IBinder asBinder() {
            return remote;
        }

        private interface Reader<T> {
            T read(Parcel reply);
        }

        private static Parcel call() {
            Parcel data = Parcel.obtain();
            data.writeInterfaceToken(Stub.NAME);
            return data;
        }

        private <T> T send(int number, Parcel data, Reader<T> reader) throws RemoteException {
            Parcel reply = Parcel.obtain();
            try {
                if (!remote.transact(IBinder.FIRST_CALL_TRANSACTION + number, data, reply, 0)) {
                    throw new RemoteException("not implemented there");
                }
                reply.readException();
                return reader == null ? null : reader.read(reply);
            } finally {
                data.recycle();
                reply.recycle();
            }
        }

        private void tell(int number, Parcel data) throws RemoteException {
            try {
                remote.transact(IBinder.FIRST_CALL_TRANSACTION + number, data, null, IBinder.FLAG_ONEWAY);
            } finally {
                data.recycle();
            }
        }

        private static final Reader<String> TEXT = new Reader<String>() {
            @Override
            public String read(Parcel reply) {
                return reply.readString();
            }
        };

        private static final Reader<Integer> NUMBER = new Reader<Integer>() {
            @Override
            public Integer read(Parcel reply) {
                return reply.readInt();
            }
        };

        @Override
        public int add(int one, int other) throws RemoteException {
            Parcel data = call();
            data.writeInt(one);
            data.writeInt(other);
            return send(0, data, NUMBER);
        }

        @Override
        public String who() throws RemoteException {
            return send(1, call(), TEXT);
        }

        @Override
        public void fail(String kind) throws RemoteException {
            Parcel data = call();
            data.writeString(kind);
            send(2, data, null);
        }

        @Override
        public String ask(Peer back, int depth) throws RemoteException {
            Parcel data = call();
            data.writeStrongBinder(back.asBinder());
            data.writeInt(depth);
            return send(3, data, TEXT);
        }

        @Override
        public void keep(IBinder object) throws RemoteException {
            Parcel data = call();
            data.writeStrongBinder(object);
            send(4, data, null);
        }

        @Override
        public boolean isKept(IBinder object) throws RemoteException {
            Parcel data = call();
            data.writeStrongBinder(object);
            return send(5, data, NUMBER) == 1;
        }

        @Override
        public IBinder kept() throws RemoteException {
            return send(6, call(), new Reader<IBinder>() {
                @Override
                public IBinder read(Parcel reply) {
                    return reply.readStrongBinder();
                }
            });
        }

        @Override
        public int size(byte[] bytes) throws RemoteException {
            Parcel data = call();
            data.writeByteArray(bytes);
            return send(7, data, NUMBER);
        }

        @Override
        public byte[] make(int size) throws RemoteException {
            Parcel data = call();
            data.writeInt(size);
            return send(8, data, new Reader<byte[]>() {
                @Override
                public byte[] read(Parcel reply) {
                    return reply.createByteArray();
                }
            });
        }

        @Override
        public Bundle echo(Bundle bundle) throws RemoteException {
            Parcel data = call();
            data.writeTypedObject(bundle, 0);
            return send(9, data, new Reader<Bundle>() {
                @Override
                public Bundle read(Parcel reply) {
                    return reply.readTypedObject(Bundle.CREATOR);
                }
            });
        }

        @Override
        public void file(ParcelFileDescriptor file) throws RemoteException {
            Parcel data = call();
            data.writeTypedObject(file, 0);
            send(10, data, null);
        }

        @Override
        public void note(int number) throws RemoteException {
            Parcel data = call();
            data.writeInt(number);
            tell(11, data);
        }

        @Override
        public String notes() throws RemoteException {
            return send(12, call(), TEXT);
        }

        @Override
        public void mourn(IBinder other) throws RemoteException {
            Parcel data = call();
            data.writeStrongBinder(other);
            tell(13, data);
        }

        @Override
        public void die() throws RemoteException {
            tell(14, call());
        }

        @Override
        public boolean holds(String permission) throws RemoteException {
            Parcel data = call();
            data.writeString(permission);
            return send(15, data, NUMBER) == 1;
        }
    }
}
