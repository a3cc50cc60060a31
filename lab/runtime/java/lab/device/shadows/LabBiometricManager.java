package lab.device.shadows;

import android.hardware.biometrics.BiometricManager;
import org.robolectric.annotation.Implements;

/** The framework's own: who is enrolled is the daemon's. */
@Implements(BiometricManager.class)
public class LabBiometricManager {}
