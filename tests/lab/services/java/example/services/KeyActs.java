package example.services;

import android.content.Context;
import android.content.Intent;
import android.security.keystore.KeyGenParameterSpec;
import android.security.keystore.KeyProperties;
import android.util.Base64;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Collections;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

final class KeyActs {
    private KeyActs() {}

    private static KeyStore store() throws Exception {
        KeyStore store = KeyStore.getInstance("AndroidKeyStore");
        store.load(null);
        return store;
    }

    static void seal(Context context, Intent intent) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, "AndroidKeyStore");
        generator.init(new KeyGenParameterSpec.Builder("secret", KeyProperties.PURPOSE_ENCRYPT | KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM).setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256).build());
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, generator.generateKey());
        byte[] sealed = cipher.doFinal("hidden".getBytes("UTF-8"));
        context.getSharedPreferences("sealed", 0).edit().putString("iv", Base64.encodeToString(cipher.getIV(), 0))
            .putString("text", Base64.encodeToString(sealed, 0)).commit();
        Acts.say("sealed");
    }

    static void open(Context context, Intent intent) throws Exception {
        SecretKey key = (SecretKey) store().getKey("secret", null);
        if (key == null) {
            Acts.say("no key");
            return;
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] iv = Base64.decode(context.getSharedPreferences("sealed", 0).getString("iv", ""), 0);
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, iv));
        byte[] sealed = Base64.decode(context.getSharedPreferences("sealed", 0).getString("text", ""), 0);
        Acts.say("opened " + new String(cipher.doFinal(sealed), "UTF-8") + " of " + Collections.list(store().aliases()));
    }

    static void sign(Context context, Intent intent) throws Exception {
        for (String kind : new String[] {"EC", "RSA"}) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind, "AndroidKeyStore");
            generator.initialize(new KeyGenParameterSpec.Builder(kind, KeyProperties.PURPOSE_SIGN)
                .setDigests(KeyProperties.DIGEST_SHA256).build());
            generator.generateKeyPair();
            KeyStore.PrivateKeyEntry entry = (KeyStore.PrivateKeyEntry) store().getEntry(kind, null);
            PrivateKey key = entry.getPrivateKey();
            X509Certificate certificate = (X509Certificate) entry.getCertificate();
            certificate.verify(certificate.getPublicKey());
            Signature signature = Signature.getInstance("EC".equals(kind) ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(key);
            signature.update(new byte[] {1, 2, 3});
            byte[] made = signature.sign();
            signature.initVerify(certificate);
            signature.update(new byte[] {1, 2, 3});
            Acts.say(kind + " verified " + signature.verify(made) + " " + certificate.getSubjectX500Principal());
        }
        store().deleteEntry("EC");
        Acts.say("left " + store().containsAlias("EC") + " " + store().containsAlias("RSA"));
    }

    static void lockedKey(Context context, Intent intent) throws Exception {
        KeyGenerator.getInstance("AES", "AndroidKeyStore").init(
            new KeyGenParameterSpec.Builder("locked", KeyProperties.PURPOSE_ENCRYPT).setUserAuthenticationRequired(true).build());
    }
}
