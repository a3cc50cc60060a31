package example.peers.host;

import android.app.ActivityManager;
import android.content.BroadcastReceiver;
import android.content.ContentProviderOperation;
import android.content.ContentResolver;
import android.content.ContentValues;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.os.Handler;
import android.os.HandlerThread;
import android.os.IBinder;
import android.os.Message;
import android.os.Messenger;
import android.os.ParcelFileDescriptor;
import android.os.Process;
import android.os.ResultReceiver;
import android.provider.ContactsContract;
import android.provider.Settings;
import example.peers.Bound;
import example.peers.Here;
import example.peers.Peer;
import example.peers.Watcher;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the app does with its own other processes. */
public final class HostActs {
    private static final Uri NOTES = Uri.parse("content://example.peers.notes/notes");
    private final MainActivity activity;

    HostActs(MainActivity activity) {
        this.activity = activity;
    }

    private Peer remote() throws Exception {
        return Peer.Stub.asInterface(Bound.to(activity, new Intent(activity, RemoteService.class)).binder());
    }

    public String aidl() throws Exception {
        Peer peer = remote();
        String[] who = peer.who().split(" ");
        boolean elsewhere = Integer.parseInt(who[1]) != Process.myPid() && Integer.parseInt(who[0]) == Process.myUid();
        boolean known = Integer.parseInt(who[2]) == Process.myUid() && Integer.parseInt(who[3]) == Process.myPid();
        IBinder binder = peer.asBinder();
        return peer.add(40, 2) + " " + elsewhere + " " + known + " " + binder.getClass().getName() + " "
            + binder.queryLocalInterface("example.peers.Peer") + " " + binder.getInterfaceDescriptor() + " " + binder.pingBinder();
    }

    public String failures() throws Exception {
        StringBuilder told = new StringBuilder();
        for (String kind : new String[] {"security", "state", "other"}) {
            try {
                remote().fail(kind);
                told.append("nothing; ");
            } catch (Exception e) {
                told.append(e.getClass().getSimpleName() + ":" + e.getMessage() + "; ");
            }
        }
        return told.toString();
    }

    /** From the main thread, five calls deep: what comes back is carried out by the thread that waits. */
    public String nested() throws Exception {
        final Peer peer = remote();
        FutureTask<String> task = new FutureTask<String>(new Callable<String>() {
            @Override
            public String call() throws Exception {
                return peer.ask(new Here(activity), 4);
            }
        });
        activity.runOnUiThread(task);
        return task.get(60, TimeUnit.SECONDS);
    }

    public String identity() throws Exception {
        Peer peer = remote();
        Here mine = new Here(activity);
        peer.keep(mine);
        boolean home = peer.kept() == mine;
        boolean same = peer.isKept(mine);
        boolean other = peer.isKept(new Here(activity));
        boolean again = remote().asBinder() == peer.asBinder();
        Bundle bundle = new Bundle();
        bundle.putBinder("binder", mine);
        bundle.putParcelable("kept", new StateActivity.Kept("a class of the app"));
        bundle.putSerializable("list", new ArrayList<String>(Arrays.asList("a", "b")));
        bundle.putDoubleArray("doubles", new double[] {0, 0.5});
        bundle.putString("text", "你好\0\ud83d\ude00");
        Bundle back = peer.echo(bundle);
        back.setClassLoader(getClass().getClassLoader());
        return home + " " + same + " " + other + " " + again + " " + (back.getBinder("binder") == mine) + " "
            + back.<StateActivity.Kept>getParcelable("kept").word + " " + back.getSerializable("list") + " "
            + Arrays.toString(back.getDoubleArray("doubles")) + " " + back.getString("text").equals(bundle.getString("text"))
            + " " + back.getInt("times");
    }

    public String sizes() throws Exception {
        Peer peer = remote();
        StringBuilder told = new StringBuilder(peer.size(new byte[900000]) + " " + peer.make(900000).length);
        try {
            peer.size(new byte[1100000]);
        } catch (Exception e) {
            told.append(" " + e.getClass().getSimpleName());
        }
        try {
            peer.make(1100000);
        } catch (Exception e) {
            told.append(" " + e.getClass().getSimpleName());
        }
        return told + " " + peer.add(1, 1);
    }

    public String file() throws Exception {
        File file = new File(activity.getFilesDir(), "file");
        file.createNewFile();
        Peer peer = remote();
        try {
            peer.file(ParcelFileDescriptor.open(file, ParcelFileDescriptor.MODE_READ_ONLY));
            return "crossed";
        } catch (UnsupportedOperationException e) {
            return "refused, then " + peer.add(1, 1);
        }
    }

    public String oneway() throws Exception {
        Peer peer = remote();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            peer.note(i);
            expected.append(i + " ");
        }
        long until = System.currentTimeMillis() + 60000;
        while (!peer.notes().equals(expected.toString())) {
            if (System.currentTimeMillis() > until) {
                return "out of order: " + peer.notes();
            }
            Thread.sleep(20);
        }
        return "in order";
    }

    public String messenger() throws Exception {
        final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<String>();
        HandlerThread thread = new HandlerThread("answers");
        thread.start();
        Handler handler = new Handler(thread.getLooper()) {
            @Override
            public void handleMessage(Message message) {
                answers.add(message.what + " " + (message.arg1 != Process.myPid()) + " " + (message.arg2 == Process.myUid()) + " "
                    + message.getData().getString("word"));
            }
        };
        Messenger there = new Messenger(Bound.to(activity, new Intent(activity, MessengerService.class)).binder());
        Message message = Message.obtain(null, 6);
        message.replyTo = new Messenger(handler);
        message.getData().putString("word", "asked");
        there.send(message);
        return answers.poll(60, TimeUnit.SECONDS);
    }

    public String death() throws Exception {
        Bound bound = Bound.to(activity, new Intent(activity, RemoteService.class));
        IBinder first = bound.binder();
        final LinkedBlockingQueue<String> deaths = new LinkedBlockingQueue<String>();
        first.linkToDeath(new IBinder.DeathRecipient() {
            @Override
            public void binderDied() {
                deaths.add("died");
            }
        }, 0);
        Peer.Stub.asInterface(first).die();
        StringBuilder told = new StringBuilder(deaths.poll(60, TimeUnit.SECONDS) + " " + bound.word());
        try {
            Peer.Stub.asInterface(first).add(1, 1);
        } catch (Exception e) {
            told.append(" " + e.getClass().getSimpleName());
        }
        try {
            first.linkToDeath(null, 0);
        } catch (Exception e) {
            told.append(" " + e.getClass().getSimpleName());
        }
        IBinder second = bound.binder();
        return told + " " + first.isBinderAlive() + " " + (second != first) + " " + Peer.Stub.asInterface(second).add(1, 1);
    }

    /** A call that is under way when the far process ends. */
    public String deathMeanwhile() throws Exception {
        final Peer peer = remote();
        final Here back = new Here(activity) ;
        try {
            return peer.ask(new Peer.Stub() {
                @Override
                public String ask(Peer there, int depth) throws android.os.RemoteException {
                    peer.die();     // which does not wait for the end: asked until it has come
                    while (true) {
                        peer.ask(back, 0);
                    }
                }
                @Override public int add(int one, int other) { return 0; }
                @Override public String who() { return ""; }
                @Override public void fail(String kind) {}
                @Override public void keep(IBinder object) {}
                @Override public boolean isKept(IBinder object) { return false; }
                @Override public IBinder kept() { return null; }
                @Override public int size(byte[] data) { return 0; }
                @Override public byte[] make(int size) { return null; }
                @Override public Bundle echo(Bundle bundle) { return null; }
                @Override public void file(ParcelFileDescriptor file) {}
                @Override public void note(int number) {}
                @Override public String notes() { return ""; }
                @Override public void mourn(IBinder other) {}
                @Override public void die() {}
                @Override public boolean holds(String permission) { return false; }
            }, 1);
        } catch (android.os.DeadObjectException e) {
            return "dead";
        }
    }

    public String unbound() throws Exception {
        Bound bound = Bound.to(activity, new Intent(activity, HiddenService.class));
        int sum = Peer.Stub.asInterface(bound.binder()).add(1, 1);
        activity.unbindService(bound);
        String none = Bound.to(activity, new Intent("null").setClass(activity, RemoteService.class)).word();
        boolean missing = activity.bindService(new Intent().setClassName("example.peers.host", "Nothing"), new Bound(), 1);
        return sum + " " + none + " " + missing;
    }

    public String isolated() throws Exception {
        Peer peer = Peer.Stub.asInterface(Bound.to(activity, new Intent(activity, IsolatedService.class)).binder());
        String[] who = peer.who().split(" ");
        Here mine = new Here(activity);
        int asked = Integer.parseInt(who[0]);
        return (asked >= 99000 && asked <= 99999) + " " + (Integer.parseInt(who[2]) == Process.myUid()) + " "
            + peer.ask(mine, 1).contains("act");
    }

    public String running() throws Exception {
        remote();
        ActivityManager manager = (ActivityManager) activity.getSystemService(Context.ACTIVITY_SERVICE);
        Set<String> names = new TreeSet<String>();
        String mine = null;
        for (ActivityManager.RunningAppProcessInfo info : manager.getRunningAppProcesses()) {
            names.add(info.processName);
            if (info.pid == Process.myPid()) {
                mine = info.processName + " " + info.importance + " " + (info.uid == Process.myUid());
            }
        }
        Set<String> services = new TreeSet<String>();
        for (ActivityManager.RunningServiceInfo info : manager.getRunningServices(100)) {
            services.add(info.service.getShortClassName());
        }
        return mine + "; " + names.contains("example.peers.host:remote") + "; " + services.contains(".RemoteService");
    }

    private static Watcher watcher;

    public void watch() throws Exception {
        ContentResolver resolver = activity.getContentResolver();
        watcher = new Watcher("host");
        resolver.registerContentObserver(NOTES, true, watcher);
        resolver.registerContentObserver(NOTES, false, new Watcher("only notes"));
        resolver.registerContentObserver(ContactsContract.Contacts.CONTENT_URI, true, new Watcher("contacts"));
        resolver.registerContentObserver(Settings.Global.getUriFor("airplane_mode_on"), false, new Watcher("settings"));
    }

    public void watchNoMore() throws Exception {
        activity.getContentResolver().unregisterContentObserver(watcher);
    }

    public String addNote() throws Exception {
        ContentValues values = new ContentValues();
        values.put("text", "a note");
        Uri made = activity.getContentResolver().insert(NOTES, values);
        activity.getContentResolver().delete(NOTES, null, null);
        return String.valueOf(made);
    }

    public void addContact() throws Exception {
        activity.getContentResolver().call(NOTES, "contact", null, new Bundle());
    }

    public void ownChange() throws Exception {
        activity.getContentResolver().notifyChange(Uri.withAppendedPath(NOTES, "own"), watcher);
        activity.getContentResolver().notifyChange(NOTES, null);
    }

    public String notes() throws Exception {
        ContentResolver resolver = activity.getContentResolver();
        resolver.delete(NOTES, null, null);
        ContentValues values = new ContentValues();
        values.put("text", "one");
        StringBuilder told = new StringBuilder(resolver.insert(NOTES, values).getLastPathSegment());
        values.put("text", "二");
        told.append(" " + resolver.bulkInsert(NOTES, new ContentValues[] {values, values}));
        Cursor cursor = resolver.query(NOTES, null, "text = ?", new String[] {"二"}, null);
        cursor.moveToFirst();
        told.append(" " + cursor.getCount() + " " + cursor.getString(1) + " " + cursor.getDouble(2) + " " + cursor.isNull(3) + " "
            + !cursor.getExtras().getString("from").equals(String.valueOf(Process.myPid())));
        cursor.close();
        values.put("text", "three");
        told.append(" " + resolver.update(NOTES, values, null, null) + " " + resolver.getType(NOTES));
        Bundle extras = new Bundle();
        extras.putInt("n", 5);
        told.append(" " + resolver.call(NOTES, "hello", "you", extras).getString("word"));
        ArrayList<ContentProviderOperation> batch = new ArrayList<ContentProviderOperation>();
        batch.add(ContentProviderOperation.newInsert(NOTES).withValue("text", "four").build());
        batch.add(ContentProviderOperation.newDelete(NOTES).build());
        told.append(" " + resolver.applyBatch("example.peers.notes", batch)[1].count);
        return told.toString();
    }

    public String pages() throws Exception {
        Cursor cursor = activity.getContentResolver().query(Uri.parse("content://example.peers.notes/many/20000"), null, null, null, null);
        long sum = 0;
        while (cursor.moveToNext()) {
            sum += cursor.getLong(0);
            if (!cursor.getString(1).equals("row " + cursor.getPosition() + " 你好") || cursor.getBlob(3)[0] != (byte) cursor.getPosition()) {
                return "row " + cursor.getPosition() + " is wrong";
            }
        }
        cursor.moveToPosition(3);
        String told = cursor.getCount() + " " + sum + " " + cursor.getString(1) + " " + cursor.getType(2) + " " + cursor.getType(4);
        cursor.close();
        return told;
    }

    public String providerDeath() throws Exception {
        ContentResolver resolver = activity.getContentResolver();
        Bundle extras = new Bundle();
        String before = resolver.query(NOTES, null, null, null, null).getExtras().getString("from");
        try {
            resolver.call(NOTES, "kill", null, extras);
        } catch (RuntimeException e) {
            Here.say("call to a dead provider: " + e);
        }
        String after = resolver.query(NOTES, null, null, null, null).getExtras().getString("from");
        Process.killProcess(Integer.parseInt(after));
        String last = resolver.query(NOTES, null, null, null, null).getExtras().getString("from");
        return !before.equals(after) + " " + !after.equals(last);
    }

    public String unknown() throws Exception {
        ContentResolver resolver = activity.getContentResolver();
        Uri uri = Uri.parse("content://example.peers.nobody/x");
        String told = resolver.query(uri, null, null, null, null) + " " + resolver.acquireContentProviderClient(uri);
        try {
            return told + resolver.insert(uri, new ContentValues());
        } catch (IllegalArgumentException e) {
            return told + " " + e.getMessage();
        }
    }

    private String order(boolean abort) throws Exception {
        final LinkedBlockingQueue<String> results = new LinkedBlockingQueue<String>();
        Intent intent = new Intent("example.peers.ORDER").setPackage(activity.getPackageName()).putExtra("abort", abort);
        activity.sendOrderedBroadcast(intent, null, new BroadcastReceiver() {
            @Override
            public void onReceive(Context context, Intent received) {
                results.add(getResultCode() + " " + getResultData());
            }
        }, null, 0, "zero", null);
        return results.poll(60, TimeUnit.SECONDS);
    }

    public String ordered() throws Exception {
        return order(false);
    }

    public String aborted() throws Exception {
        return order(true);
    }

    public String sticky() throws Exception {
        activity.sendStickyBroadcast(new Intent("example.peers.STICKY").putExtra("word", "stuck"));
        return "sent";
    }

    public String grant() throws Exception {
        ContentValues values = new ContentValues();
        values.put("text", "granted");
        Uri made = activity.getContentResolver().insert(Uri.parse("content://example.peers.notes/granted"), values);
        activity.grantUriPermission("example.peers.visitor", made, Intent.FLAG_GRANT_WRITE_URI_PERMISSION);
        return made.toString();
    }

    /** A ResultReceiver in the intent of a started service. */
    public String receiver() throws Exception {
        final LinkedBlockingQueue<String> results = new LinkedBlockingQueue<String>();
        ResultReceiver receiver = new ResultReceiver(new Handler(activity.getMainLooper())) {
            @Override
            protected void onReceiveResult(int code, Bundle data) {
                results.add(code + " " + data.getString("word"));
            }
        };
        activity.startService(new Intent(activity, RemoteService.class).putExtra("receiver", receiver));
        return results.poll(60, TimeUnit.SECONDS);
    }

    public String mourner() throws Exception {
        remote().mourn(new Here(activity));
        return "mourned for";
    }
}
