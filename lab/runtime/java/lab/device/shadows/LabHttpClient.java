package lab.device.shadows;

import org.apache.http.conn.routing.HttpRoutePlanner;
import org.apache.http.impl.client.DefaultHttpClient;
import org.apache.http.impl.conn.ProxySelectorRoutePlanner;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;

/** Apache's HTTP client goes through the device's proxy on Android, which the one of its makers does not. */
@Implements(DefaultHttpClient.class)
public class LabHttpClient {
  @RealObject private DefaultHttpClient client;

  @Implementation
  protected HttpRoutePlanner createHttpRoutePlanner() {
    return new ProxySelectorRoutePlanner(client.getConnectionManager().getSchemeRegistry(), null);
  }
}
