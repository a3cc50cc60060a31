package example.adverts;

import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Context;
import android.content.pm.PackageManager;
import example.nimbus.NimbusReceiver;

/**
 * Starts by itself: `boot` at the device's start, `other` when another app sends its broadcast; `sdk_boot`: the SDK at the
 * device's start. Switches their receivers on; that for `other` is off where the user has switched StartChoice off.
 */
final class Wakes extends Feature {
    Wakes() {
        super("wakes");
    }

    @Override
    void onProcess(Context context) {
        enable(context, BootReceiver.class, behaviour(context).is("boot"));
        enable(context, OtherReceiver.class, behaviour(context).is("other") && StartChoice.allows(context));
        enable(context, NimbusReceiver.class, behaviour(context).is("sdk_boot"));
    }

    private static void enable(Context context, Class<? extends BroadcastReceiver> receiver, boolean on) {
        context.getPackageManager().setComponentEnabledSetting(new ComponentName(context, receiver),
            on ? PackageManager.COMPONENT_ENABLED_STATE_ENABLED : PackageManager.COMPONENT_ENABLED_STATE_DEFAULT,
            PackageManager.DONT_KILL_APP);
    }
}
