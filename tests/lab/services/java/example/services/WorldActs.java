package example.services;

import android.content.BroadcastReceiver;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.net.ConnectivityManager;
import android.net.Network;
import android.net.NetworkCapabilities;
import android.net.NetworkInfo;
import android.net.NetworkRequest;
import android.os.BatteryManager;
import android.os.Environment;
import java.util.TimeZone;

/** What the app hears of the device around it. */
final class WorldActs {
    private WorldActs() {}

    static void listenToAll(Context context, Intent intent) {
        IntentFilter filter = new IntentFilter();
        for (String action : new String[] {
            Intent.ACTION_SCREEN_ON, Intent.ACTION_SCREEN_OFF, Intent.ACTION_USER_PRESENT, Intent.ACTION_BATTERY_CHANGED,
            Intent.ACTION_POWER_CONNECTED, Intent.ACTION_POWER_DISCONNECTED, ConnectivityManager.CONNECTIVITY_ACTION,
            Intent.ACTION_AIRPLANE_MODE_CHANGED, Intent.ACTION_TIMEZONE_CHANGED
        }) {
            filter.addAction(action);
        }
        context.getApplicationContext().registerReceiver(new BroadcastReceiver() {
            @Override
            public void onReceive(Context where, Intent heard) {
                String action = heard.getAction();
                Acts.say("heard " + action.substring(action.lastIndexOf('.') + 1)
                    + (heard.hasExtra("level") ? " " + heard.getIntExtra("level", 0) : ""));
            }
        }, filter);
        Acts.say("listening");
    }

    static void watchNetwork(Context context, Intent intent) {
        manager(context).registerDefaultNetworkCallback(new ConnectivityManager.NetworkCallback() {
            @Override
            public void onAvailable(Network network) {
                Acts.say("available on " + Thread.currentThread().getName());
            }

            @Override
            public void onCapabilitiesChanged(Network network, NetworkCapabilities offered) {
                Acts.say("offers wifi " + offered.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) + " validated "
                    + offered.hasCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED));
            }

            @Override
            public void onLost(Network network) {
                Acts.say("lost");
            }
        });
    }

    /** As SDKs do: for any of two transports, with what a request asks for by itself. */
    static void requestAny(Context context, Intent intent) {
        NetworkRequest any = new NetworkRequest.Builder().addTransportType(NetworkCapabilities.TRANSPORT_CELLULAR)
            .addTransportType(NetworkCapabilities.TRANSPORT_WIFI).addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET).build();
        manager(context).registerNetworkCallback(any, new ConnectivityManager.NetworkCallback() {
            @Override
            public void onAvailable(Network network) {
                Acts.say("any network");
            }
        });
    }

    static void installed(Context context, Intent intent) throws PackageManager.NameNotFoundException {
        PackageInfo own = context.getPackageManager().getPackageInfo(context.getPackageName(), 0);
        long ago = System.currentTimeMillis() - own.firstInstallTime;
        Acts.say("installed " + (ago >= 0 && ago < 3600_000) + " updated " + (own.lastUpdateTime >= own.firstInstallTime));
    }

    static void features(Context context, Intent intent) {
        StringBuilder lacking = new StringBuilder();
        for (String feature : intent.getStringExtra("word").split(",")) {
            lacking.append(context.getPackageManager().hasSystemFeature(feature) ? "" : " " + feature);
        }
        Acts.say("lacks" + lacking);
    }

    static void network(Context context, Intent intent) {
        NetworkInfo info = manager(context).getActiveNetworkInfo();
        Acts.say("network " + (info == null ? "none" : info.getTypeName() + " " + info.isConnected())
            + " metered " + manager(context).isActiveNetworkMetered());
    }

    static void battery(Context context, Intent intent) {
        Intent state = context.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
        BatteryManager manager = (BatteryManager) context.getSystemService(Context.BATTERY_SERVICE);
        Acts.say("battery " + state.getIntExtra("level", 0) + " " + manager.isCharging());
    }

    static void copy(Context context, Intent intent) {
        clipboard(context).setPrimaryClip(ClipData.newPlainText("label", intent.getStringExtra("word")));
    }

    static void paste(Context context, Intent intent) {
        ClipData clip = clipboard(context).getPrimaryClip();
        Acts.say("clip " + (clip == null ? "none" : clip.getItemAt(0).getText()) + " has " + clipboard(context).hasPrimaryClip());
    }

    static void watchClip(Context context, Intent intent) {
        clipboard(context).addPrimaryClipChangedListener(new ClipboardManager.OnPrimaryClipChangedListener() {
            @Override
            public void onPrimaryClipChanged() {
                Acts.say("another clip");
            }
        });
    }

    private static ClipboardManager clipboard(Context context) {
        return (ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE);
    }

    static void allFiles(Context context, Intent intent) {
        Acts.say("all files " + Environment.isExternalStorageManager());
    }

    static void zone(Context context, Intent intent) {
        Acts.say("zone " + TimeZone.getDefault().getID());
    }

    private static ConnectivityManager manager(Context context) {
        return (ConnectivityManager) context.getSystemService(Context.CONNECTIVITY_SERVICE);
    }
}
