package lab.device.shadows;

import android.net.ssl.SSLSockets;
import javax.net.ssl.SSLSocket;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/**
 * The TLS sockets here are the JVM's, not Conscrypt's: those of the platform all the same, so that HTTP libraries
 * negotiate HTTP/2 on them as on a phone. Session tickets are theirs to decide.
 */
@Implements(SSLSockets.class)
public class LabSslSockets {
  @Implementation
  protected static boolean isSupportedSocket(SSLSocket socket) {
    return true;
  }

  @Implementation
  protected static void setUseSessionTickets(SSLSocket socket, boolean use) {}
}
