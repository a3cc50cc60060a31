package lab.device.shadows;

import android.hardware.biometrics.CryptoObject;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** Keys are software's, whose operations have no handle of a keystore: none of them waits for the user. */
@Implements(value = CryptoObject.class, isInAndroidSdk = false)
public class LabCryptoObject {
  @Implementation
  protected long getOpId() {
    return 0;
  }
}
