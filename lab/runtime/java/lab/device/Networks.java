package lab.device;

import android.content.Context;
import android.net.ConnectivityManager;
import android.net.ConnectivityManager.NetworkCallback;
import android.net.LinkProperties;
import android.net.Network;
import android.net.NetworkCapabilities;
import android.net.NetworkInfo;
import android.net.NetworkRequest;
import android.os.Handler;
import android.os.HandlerThread;
import android.provider.Settings.Global;
import android.telephony.TelephonyManager;
import java.util.ArrayList;
import java.util.List;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowConnectivityManager;
import org.robolectric.shadows.ShadowNetworkInfo;
import org.robolectric.util.ReflectionHelpers;

/**
 * The device's default network, as the settings of Wi-Fi, mobile data and airplane mode make it, and who is told of it:
 * Wi-Fi before mobile data, one at a time.
 */
public final class Networks {
  private static final String PERMISSION = "android.permission.ACCESS_NETWORK_STATE";
  private static final int NONE = -1;

  private static final List<Told> TOLD = new ArrayList<>();
  private static Handler thread;
  private static int current = NONE;
  private static boolean known;
  private static LinkProperties wifiLink;

  private Networks() {}

  private static ConnectivityManager manager() {
    return (ConnectivityManager) DeviceMain.app().context().getSystemService(Context.CONNECTIVITY_SERVICE);
  }

  private static boolean on(String key) {
    String value = Global.getString(DeviceMain.app().context().getContentResolver(), key);
    return value == null ? !"airplane_mode_on".equals(key) : !"0".equals(value);
  }

  /** The link of Wi-Fi, from the device profile. */
  static synchronized void plant(LinkProperties link) {
    wifiLink = link;
    known = false;
  }

  /** Follows the settings; callbacks hear of what has changed. */
  static synchronized void update() {
    boolean airplane = on("airplane_mode_on");
    int wanted =
        airplane ? NONE
            : on("wifi_on") ? ConnectivityManager.TYPE_WIFI : on("mobile_data") ? ConnectivityManager.TYPE_MOBILE : NONE;
    if (known && wanted == current) {
      return;
    }
    known = true;
    current = wanted;
    ShadowConnectivityManager shadow = Shadow.extract(manager());
    shadow.setActiveNetworkInfo(null);
    for (int type : new int[] {ConnectivityManager.TYPE_MOBILE, ConnectivityManager.TYPE_WIFI}) {
      if (type != current) {
        shadow.setNetworkInfo(type, info(type, false));
      }
    }
    if (current != NONE) {
      shadow.setActiveNetworkInfo(info(current, true));
      Network network = manager().getActiveNetwork();
      shadow.setNetworkCapabilities(network, capabilities(current));
      LinkProperties link = wifiLink;
      if (current != ConnectivityManager.TYPE_WIFI || link == null) {
        link = new LinkProperties();
        link.setInterfaceName(current == ConnectivityManager.TYPE_WIFI ? "wlan0" : "rmnet_data0");
      }
      shadow.setLinkProperties(network, link);
    }
    for (Told one : new ArrayList<>(TOLD)) {
      one.tell();
    }
  }

  private static NetworkInfo info(int type, boolean connected) {
    int subtype = type == ConnectivityManager.TYPE_MOBILE ? TelephonyManager.NETWORK_TYPE_LTE : 0;
    NetworkInfo info =
        ShadowNetworkInfo.newInstance(
            connected ? NetworkInfo.DetailedState.CONNECTED : NetworkInfo.DetailedState.DISCONNECTED, type, subtype, true,
            connected ? NetworkInfo.State.CONNECTED : NetworkInfo.State.DISCONNECTED);
    ReflectionHelpers.setField(info, "mTypeName", type == ConnectivityManager.TYPE_WIFI ? "WIFI" : "MOBILE");
    ReflectionHelpers.setField(info, "mSubtypeName", subtype == 0 ? "" : "LTE");
    return info;
  }

  private static NetworkCapabilities capabilities(int type) {
    boolean wifi = type == ConnectivityManager.TYPE_WIFI;
    NetworkCapabilities.Builder builder =
        new NetworkCapabilities.Builder()
            .addTransportType(wifi ? NetworkCapabilities.TRANSPORT_WIFI : NetworkCapabilities.TRANSPORT_CELLULAR)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_ROAMING)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_CONGESTED)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_SUSPENDED)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_VCN_MANAGED) // what every request asks for
            .addCapability(NetworkCapabilities.NET_CAPABILITY_FOREGROUND)
            .setLinkDownstreamBandwidthKbps(wifi ? 60_000 : 14_000)
            .setLinkUpstreamBandwidthKbps(wifi ? 12_000 : 3_000);
    if (wifi) {
      builder.addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED);
      builder.setSignalStrength(-50);
    }
    return builder.build();
  }

  /** `request` null: the default network, whatever it is. `handler` null: ConnectivityManager's own thread. */
  public static synchronized void register(NetworkRequest request, NetworkCallback callback, Handler handler, int timeoutMs) {
    Permissions.enforce(PERMISSION, "ConnectivityService");
    if (handler == null) {
      if (thread == null) {
        HandlerThread made = new HandlerThread("ConnectivityThread");
        made.start();
        thread = new Handler(made.getLooper());
      }
      handler = thread;
    }
    Told one = new Told(request, callback, handler);
    TOLD.add(one);
    one.tell();
    if (timeoutMs > 0) {
      handler.postDelayed(one::giveUp, timeoutMs);
    }
  }

  public static synchronized void unregister(NetworkCallback callback) {
    TOLD.removeIf(one -> one.callback == callback);
  }

  /** One registered callback, and the network that it was told of last. */
  private static final class Told {
    final NetworkRequest request;
    final NetworkCallback callback;
    final Handler handler;
    Network last;

    Told(NetworkRequest request, NetworkCallback callback, Handler handler) {
      this.request = request;
      this.callback = callback;
      this.handler = handler;
    }

    void tell() {
      Network active = manager().getActiveNetwork();
      NetworkCapabilities offered = active == null ? null : manager().getNetworkCapabilities(active);
      boolean fits = offered != null && (request == null || request.canBeSatisfiedBy(offered));
      Network now = fits ? active : null;
      Network before = last;
      last = now;
      if (before != null && !before.equals(now) && (now == null || request != null)) {
        handler.post(() -> ifKnown(() -> callback.onLost(before)));
      }
      if (now != null && !now.equals(before)) {
        LinkProperties link = manager().getLinkProperties(now);
        handler.post(
            () -> ifKnown(() -> callback.onAvailable(now, new NetworkCapabilities(offered), new LinkProperties(link), false)));
      }
    }

    void giveUp() {
      if (last == null) {
        ifKnown(callback::onUnavailable);
        unregister(callback);
      }
    }

    private void ifKnown(Runnable telling) {
      synchronized (Networks.class) {
        if (!TOLD.contains(this)) {
          return;
        }
      }
      telling.run();
    }
  }
}
