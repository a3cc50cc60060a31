package lab.device.system;

import android.hardware.biometrics.IBiometricServiceReceiver;
import android.hardware.biometrics.PromptInfo;
import android.hardware.biometrics.SensorPropertiesInternal;
import android.hardware.fingerprint.Fingerprint;
import android.hardware.fingerprint.FingerprintAuthenticateOptions;
import android.hardware.fingerprint.FingerprintSensorPropertiesInternal;
import android.hardware.fingerprint.IFingerprintServiceReceiver;
import android.os.IBinder;
import android.os.RemoteException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * android.hardware.biometrics.IAuthService and android.hardware.fingerprint.IFingerprintService: the sensor, the prompt and
 * who is enrolled are the daemon's.
 */
public final class Biometrics {
  private static final int FINGERPRINT = 1 << 1; // BiometricAuthenticator.TYPE_FINGERPRINT
  private static final int BY_BIOMETRIC = 2; // BiometricPrompt.AUTHENTICATION_RESULT_TYPE_BIOMETRIC
  private static final int STRONG = 2; // SensorProperties.STRENGTH_STRONG
  private static final int REAR = 1; // FingerprintSensorProperties.TYPE_REAR

  /** Who waits for a touch: the prompt's receiver, or FingerprintManager's. */
  private interface Waiting {
    void hear(String what, int code) throws RemoteException;
  }

  private final Map<Integer, Waiting> waiting = new HashMap<>();
  private final Map<IBinder, Integer> sessions = new HashMap<>();
  private int last;

  /** The daemon's call. Anything but a touch that failed is the end. */
  public void hear(int session, String what, int code) throws RemoteException {
    Waiting one;
    synchronized (this) {
      one = what.equals("failed") ? waiting.get(session) : waiting.remove(session);
      if (!what.equals("failed")) {
        sessions.values().remove(session);
      }
    }
    if (one != null) {
      one.hear(what, code);
    }
  }

  private synchronized int begin(IBinder token, Waiting one) {
    waiting.put(++last, one);
    sessions.put(token, last);
    return last;
  }

  private void end(IBinder token, boolean fingerprint) {
    Integer session;
    synchronized (this) {
      session = sessions.get(token);
    }
    if (session != null) {
      Daemon.ask("biometric", "verb", "cancel", "session", session, "fingerprint", fingerprint);
    }
  }

  private static int enrolled(boolean fingerprint) {
    return Daemon.integer(Daemon.ask("biometric", "verb", "enrolled", "fingerprint", fingerprint), "fingers");
  }

  /** What BiometricPrompt and BiometricManager ask. */
  final class Auth {
    List<SensorPropertiesInternal> getSensorProperties(String packageName) {
      return List.of(new SensorPropertiesInternal(0, STRONG, 1, new ArrayList<>(), false, false));
    }

    String getUiPackage() {
      return "com.android.systemui";
    }

    int canAuthenticate(String packageName, int user, int authenticators) {
      return Daemon.integer(
          Daemon.ask("biometric", "verb", "can", "authenticators", authenticators), "result");
    }

    boolean hasEnrolledBiometrics(int user, String packageName) {
      return enrolled(false) > 0;
    }

    long authenticate(
        IBinder token, long operation, int user, IBiometricServiceReceiver receiver, String packageName, PromptInfo prompt) {
      int session =
          begin(
              token,
              (what, code) -> {
                switch (what) {
                  case "succeeded":
                    receiver.onAuthenticationSucceeded(BY_BIOMETRIC);
                    break;
                  case "failed":
                    receiver.onAuthenticationFailed();
                    break;
                  case "dismissed":
                    receiver.onDialogDismissed(code);
                    break;
                  default:
                    receiver.onError(FINGERPRINT, code, 0);
                }
              });
      Daemon.ask(
          "biometric", "verb", "authenticate", "session", session, "authenticators", prompt.getAuthenticators(),
          "title", text(prompt.getTitle()), "subtitle", text(prompt.getSubtitle()), "description",
          text(prompt.getDescription()), "negative", text(prompt.getNegativeButtonText()));
      return session;
    }

    void cancelAuthentication(IBinder token, String packageName, long request) {
      end(token, false);
    }

    private String text(CharSequence words) {
      return words == null ? "" : words.toString();
    }
  }

  /** What FingerprintManager asks: no prompt, the app shows its own. */
  final class Sensor {
    private final FingerprintSensorPropertiesInternal properties =
        new FingerprintSensorPropertiesInternal(0, STRONG, 5, new ArrayList<>(), REAR, false);

    List<FingerprintSensorPropertiesInternal> getSensorPropertiesInternal(String packageName) {
      return List.of(properties);
    }

    FingerprintSensorPropertiesInternal getSensorProperties(int sensor, String packageName) {
      return properties;
    }

    boolean isHardwareDetected(int sensor, String packageName) {
      return true;
    }

    boolean isHardwareDetectedDeprecated(String packageName, String attribution) {
      return true;
    }

    boolean hasEnrolledFingerprints(int sensor, int user, String packageName) {
      return enrolled(true) > 0;
    }

    boolean hasEnrolledFingerprintsDeprecated(int user, String packageName, String attribution) {
      return enrolled(true) > 0;
    }

    List<Fingerprint> getEnrolledFingerprints(int user, String packageName, String attribution) {
      List<Fingerprint> fingers = new ArrayList<>();
      for (int finger = 1; finger <= enrolled(true); finger++) {
        fingers.add(new Fingerprint("Finger " + finger, finger, 0));
      }
      return fingers;
    }

    long authenticate(
        IBinder token, long operation, IFingerprintServiceReceiver receiver, FingerprintAuthenticateOptions options) {
      int session =
          begin(
              token,
              (what, code) -> {
                switch (what) {
                  case "succeeded":
                    receiver.onAuthenticationSucceeded(new Fingerprint("Finger " + code, code, 0), 0, true);
                    break;
                  case "failed":
                    receiver.onAuthenticationFailed();
                    break;
                  default:
                    receiver.onError(code, 0);
                }
              });
      Daemon.ask("biometric", "verb", "authenticate", "session", session, "fingerprint", true);
      return session;
    }

    void cancelAuthentication(IBinder token, String packageName, String attribution, long request) {
      end(token, true);
    }
  }
}
