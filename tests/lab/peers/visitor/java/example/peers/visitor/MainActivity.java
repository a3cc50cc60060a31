package example.peers.visitor;

import android.content.ContentValues;
import android.content.Intent;
import android.content.IntentFilter;
import android.database.Cursor;
import android.net.Uri;
import android.os.Process;
import android.provider.ContactsContract;
import example.peers.Acts;
import example.peers.Bound;
import example.peers.Here;
import example.peers.Peer;
import example.peers.Watcher;

/** What another app does with the host's components. */
public final class MainActivity extends Acts {
    private static final String HOST = "example.peers.host";

    @Override
    protected Object acts() {
        return this;
    }

    private Bound bind(String service) {
        return Bound.to(this, new Intent().setClassName(HOST, HOST + "." + service));
    }

    public String exported() throws Exception {
        Peer peer = Peer.Stub.asInterface(bind("RemoteService").binder());
        String[] who = peer.who().split(" ");
        boolean mine = Integer.parseInt(who[2]) == Process.myUid() && Integer.parseInt(who[3]) == Process.myPid();
        return peer.add(40, 2) + " " + (Integer.parseInt(who[0]) != Process.myUid()) + " " + mine + " "
            + peer.holds("example.peers.READ") + " " + peer.holds("example.peers.WRITE") + " "
            + peer.ask(new Here(this), 2);
    }

    public String guarded() throws Exception {
        return String.valueOf(Peer.Stub.asInterface(bind("GuardedService").binder()).add(1, 1));
    }

    public void hidden() throws Exception {
        bind("HiddenService");
    }

    public String notes() throws Exception {
        Cursor cursor = getContentResolver().query(Uri.parse("content://example.peers.notes/many/3"), null, null, null, null);
        return String.valueOf(cursor.getCount());
    }

    public String caller() throws Exception {
        return getContentResolver().call(Uri.parse("content://example.peers.notes"), "who", null, new android.os.Bundle()).getString("caller");
    }

    public void write() throws Exception {
        getContentResolver().insert(Uri.parse("content://example.peers.notes/notes"), new ContentValues());
    }

    public void hiddenNotes() throws Exception {
        getContentResolver().query(Uri.parse("content://example.peers.hidden/notes"), null, null, null, null);
    }

    /** Only this one URI was granted. */
    public String granted() throws Exception {
        ContentValues values = new ContentValues();
        values.put("text", "by the visitor");
        return String.valueOf(getContentResolver().update(Uri.parse("content://example.peers.notes/granted/0"), values, null, null));
    }

    public void watch() throws Exception {
        getContentResolver().registerContentObserver(Uri.parse("content://example.peers.notes/notes"), true, new Watcher("visitor"));
    }

    public void watchHidden() throws Exception {
        getContentResolver().registerContentObserver(Uri.parse("content://example.peers.hidden/notes"), true, new Watcher("visitor"));
    }

    public void watchContacts() throws Exception {
        getContentResolver().registerContentObserver(ContactsContract.Contacts.CONTENT_URI, true, new Watcher("visitor"));
    }

    public String sticky() throws Exception {
        Intent found = registerReceiver(null, new IntentFilter("example.peers.STICKY"));
        return found == null ? "none" : found.getStringExtra("word");
    }
}
