package example.services;

import android.content.Context;
import android.content.Intent;
import android.hardware.biometrics.BiometricManager;
import android.hardware.biometrics.BiometricPrompt;
import android.hardware.fingerprint.FingerprintManager;
import android.os.CancellationSignal;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;

/** The prompt for a finger, and the sensor without it. */
final class FingerActs {
    private static CancellationSignal cancel;

    private FingerActs() {}

    static void canFinger(Context context, Intent intent) {
        BiometricManager manager = context.getSystemService(BiometricManager.class);
        FingerprintManager sensor = context.getSystemService(FingerprintManager.class);
        Acts.say("strong " + manager.canAuthenticate(BiometricManager.Authenticators.BIOMETRIC_STRONG) + " credential "
            + manager.canAuthenticate(BiometricManager.Authenticators.DEVICE_CREDENTIAL) + " sensor "
            + sensor.isHardwareDetected() + " enrolled " + sensor.hasEnrolledFingerprints() + " feature "
            + context.getPackageManager().hasSystemFeature("android.hardware.fingerprint"));
    }

    /** Extra crypto: with a cipher that is to be had back. */
    static void prompt(Context context, Intent intent) throws Exception {
        BiometricPrompt prompt = new BiometricPrompt.Builder(context).setTitle("Who is there").setSubtitle("Somebody")
            .setDescription("A description")
            .setNegativeButton("No, thanks", context.getMainExecutor(), (dialog, which) -> Acts.say("refused"))
            .build();
        BiometricPrompt.AuthenticationCallback callback = new BiometricPrompt.AuthenticationCallback() {
            @Override
            public void onAuthenticationSucceeded(BiometricPrompt.AuthenticationResult result) {
                String sealed = "";
                if (result.getCryptoObject() != null) {
                    try {
                        sealed = " sealed " + result.getCryptoObject().getCipher().doFinal(new byte[5]).length;
                    } catch (java.security.GeneralSecurityException e) {
                        sealed = " not " + e;
                    }
                }
                Acts.say("succeeded " + result.getAuthenticationType() + sealed);
            }

            @Override
            public void onAuthenticationFailed() {
                Acts.say("failed");
            }

            @Override
            public void onAuthenticationError(int code, CharSequence text) {
                Acts.say("error " + code + " " + (text != null && text.length() > 0));
            }
        };
        cancel = new CancellationSignal();
        if (intent.hasExtra("crypto")) {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, KeyGenerator.getInstance("AES").generateKey());
            prompt.authenticate(new BiometricPrompt.CryptoObject(cipher), cancel, context.getMainExecutor(), callback);
        } else {
            prompt.authenticate(cancel, context.getMainExecutor(), callback);
        }
    }

    static void sensor(Context context, Intent intent) {
        cancel = new CancellationSignal();
        context.getSystemService(FingerprintManager.class).authenticate(null, cancel, 0,
            new FingerprintManager.AuthenticationCallback() {
                @Override
                public void onAuthenticationSucceeded(FingerprintManager.AuthenticationResult result) {
                    Acts.say("sensor succeeded");
                }

                @Override
                public void onAuthenticationFailed() {
                    Acts.say("sensor failed");
                }

                @Override
                public void onAuthenticationError(int code, CharSequence text) {
                    Acts.say("sensor error " + code);
                }
            }, null);
    }

    static void cancelFinger(Context context, Intent intent) {
        cancel.cancel();
    }
}
