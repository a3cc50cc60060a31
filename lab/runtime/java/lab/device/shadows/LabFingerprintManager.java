package lab.device.shadows;

import android.hardware.fingerprint.FingerprintManager;
import org.robolectric.annotation.Implements;

/** The framework's own: the sensor is the daemon's. */
@Implements(FingerprintManager.class)
public class LabFingerprintManager {}
