package lab.device.shadows;

import android.net.ConnectivityManager;
import android.net.ConnectivityManager.NetworkCallback;
import android.net.NetworkRequest;
import android.os.Handler;
import lab.device.Networks;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowConnectivityManager;

/** Callbacks that hear of the network at once, and of every change of it. */
@Implements(ConnectivityManager.class)
public class LabConnectivityManager extends ShadowConnectivityManager {
  @Override
  @Implementation
  protected void registerNetworkCallback(NetworkRequest request, NetworkCallback callback, Handler handler) {
    super.registerNetworkCallback(request, callback, handler);
    Networks.register(request, callback, handler, 0);
  }

  @Override
  @Implementation
  protected void requestNetwork(NetworkRequest request, NetworkCallback callback, int timeoutMs) {
    requestNetwork(request, callback, null, timeoutMs);
  }

  @Override
  @Implementation
  protected void requestNetwork(NetworkRequest request, NetworkCallback callback, Handler handler, int timeoutMs) {
    super.registerNetworkCallback(request, callback, handler);
    Networks.register(request, callback, handler, timeoutMs);
  }

  @Override
  @Implementation
  protected void registerDefaultNetworkCallback(NetworkCallback callback) {
    registerDefaultNetworkCallback(callback, null);
  }

  @Override
  @Implementation
  protected void registerDefaultNetworkCallback(NetworkCallback callback, Handler handler) {
    super.registerNetworkCallback(null, callback, handler);
    Networks.register(null, callback, handler, 0);
  }

  @Override
  @Implementation
  protected void registerBestMatchingNetworkCallback(NetworkRequest request, NetworkCallback callback, Handler handler) {
    super.registerNetworkCallback(request, callback, handler);
    Networks.register(request, callback, handler, 0);
  }

  @Override
  @Implementation
  protected void unregisterNetworkCallback(NetworkCallback callback) {
    super.unregisterNetworkCallback(callback);
    Networks.unregister(callback);
  }
}
