package lab.device.system;

import android.security.keystore.KeyGenParameterSpec;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.KeyStoreSpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.List;

/**
 * The provider "AndroidKeyStore": keys of one app, kept in its data folder and therefore gone with it.
 *
 * <p>They are software keys, which the JVM's own ciphers, signatures and MACs take. Unlike a phone's they can be
 * encoded: nothing guards them from their own app.
 */
public final class AndroidKeyStore extends Provider {
  private static final long serialVersionUID = 1;
  private static final String NAME = "AndroidKeyStore";
  private static final char[] PASSWORD = "AndroidKeyStore".toCharArray();

  private static Path file;

  private AndroidKeyStore() {
    super(NAME, "1.0", "Android KeyStore security provider");
    put("KeyStore", NAME, Store::new);
    for (String algorithm : new String[] {"AES", "HmacSHA1", "HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512"}) {
      put("KeyGenerator", algorithm, () -> new KeyStoreGenerators.Secret(algorithm));
    }
    put("KeyPairGenerator", "RSA", () -> new KeyStoreGenerators.Pair("RSA"));
    put("KeyPairGenerator", "EC", () -> new KeyStoreGenerators.Pair("EC"));
  }

  private interface Maker {
    Object make() throws GeneralSecurityException;
  }

  private void put(String type, String algorithm, Maker maker) {
    putService(
        new Service(this, type, algorithm, NAME, Collections.emptyList(), Collections.emptyMap()) {
          @Override
          public Object newInstance(Object parameter) {
            try {
              return maker.make();
            } catch (GeneralSecurityException e) {
              throw new IllegalStateException(e);
            }
          }
        });
  }

  /** Once for a process; `data` is the app's data folder. */
  public static void install(File data) {
    file = data.toPath().resolve(".keystore");
    Security.addProvider(new AndroidKeyStore());
  }

  /** What KeyGenParameterSpec asks for that this device cannot give: it has no lock screen. */
  static void check(KeyGenParameterSpec spec) throws InvalidAlgorithmParameterException {
    if (spec.isUserAuthenticationRequired()) {
      throw new InvalidAlgorithmParameterException(
          new IllegalStateException("Secure lock screen must be enabled to create keys requiring user authentication"));
    }
    if (spec.isStrongBoxBacked()) {
      throw new android.security.keystore.StrongBoxUnavailableException("Failed to generate key");
    }
  }

  private static KeyStore read() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
    } else {
      store.load(null, PASSWORD);
    }
    return store;
  }

  private interface Change {
    void to(KeyStore store) throws GeneralSecurityException;
  }

  /** One change at a time, written beside and then put in place. */
  private static void change(Change change) throws KeyStoreException {
    synchronized (PASSWORD) {
      try {
        KeyStore store = read();
        change.to(store);
        Path part = file.resolveSibling(".keystore.part");
        try (OutputStream out = Files.newOutputStream(part)) {
          store.store(out, PASSWORD);
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } catch (GeneralSecurityException | IOException e) {
        throw new KeyStoreException(e);
      }
    }
  }

  private interface Look<T> {
    T at(KeyStore store) throws GeneralSecurityException;
  }

  private static <T> T look(Look<T> look) {
    synchronized (PASSWORD) {
      try {
        return look.at(read());
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException("the keys of this app cannot be read", e);
      }
    }
  }

  static void keep(String alias, Key key, Certificate[] chain) throws KeyStoreException {
    change(store -> store.setKeyEntry(alias, key, PASSWORD, chain));
  }

  /** java.security.KeyStore.getInstance("AndroidKeyStore") */
  private static final class Store extends KeyStoreSpi {
    @Override
    public void engineLoad(InputStream stream, char[] password) {
      if (stream != null) {
        throw new IllegalArgumentException("InputStream not supported");
      }
    }

    @Override
    public void engineLoad(KeyStore.LoadStoreParameter parameter) {
      if (parameter != null) {
        throw new IllegalArgumentException("Unsupported param type: " + parameter.getClass());
      }
    }

    @Override
    public void engineStore(OutputStream stream, char[] password) {
      throw new UnsupportedOperationException("Can not serialize AndroidKeyStore to OutputStream");
    }

    @Override
    public Key engineGetKey(String alias, char[] password) {
      return look(store -> store.getKey(alias, PASSWORD));
    }

    @Override
    public Certificate[] engineGetCertificateChain(String alias) {
      return look(store -> store.getCertificateChain(alias));
    }

    @Override
    public Certificate engineGetCertificate(String alias) {
      return look(store -> store.getCertificate(alias));
    }

    @Override
    public Date engineGetCreationDate(String alias) {
      return look(store -> store.getCreationDate(alias));
    }

    @Override
    public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain) throws KeyStoreException {
      if (password != null && password.length > 0) {
        throw new KeyStoreException("entries cannot be protected with passwords");
      }
      keep(alias, key, chain);
    }

    @Override
    public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) throws KeyStoreException {
      throw new KeyStoreException("Operation not supported because key encoding is unknown");
    }

    @Override
    public void engineSetEntry(String alias, KeyStore.Entry entry, KeyStore.ProtectionParameter parameter)
        throws KeyStoreException {
      if (entry instanceof KeyStore.SecretKeyEntry) {
        keep(alias, ((KeyStore.SecretKeyEntry) entry).getSecretKey(), null);
      } else if (entry instanceof KeyStore.PrivateKeyEntry) {
        PrivateKey key = ((KeyStore.PrivateKeyEntry) entry).getPrivateKey();
        keep(alias, key, ((KeyStore.PrivateKeyEntry) entry).getCertificateChain());
      } else if (entry instanceof KeyStore.TrustedCertificateEntry) {
        engineSetCertificateEntry(alias, ((KeyStore.TrustedCertificateEntry) entry).getTrustedCertificate());
      } else {
        throw new KeyStoreException("Entry must be a PrivateKeyEntry, SecretKeyEntry, or TrustedCertificateEntry; was " + entry);
      }
    }

    @Override
    public KeyStore.Entry engineGetEntry(String alias, KeyStore.ProtectionParameter parameter) {
      return look(
          store -> {
            if (!store.containsAlias(alias)) {
              return null;
            }
            boolean key = store.isKeyEntry(alias);
            return store.getEntry(alias, key ? new KeyStore.PasswordProtection(PASSWORD) : null);
          });
    }

    @Override
    public void engineSetCertificateEntry(String alias, Certificate certificate) throws KeyStoreException {
      change(store -> store.setCertificateEntry(alias, certificate));
    }

    @Override
    public void engineDeleteEntry(String alias) throws KeyStoreException {
      change(store -> store.deleteEntry(alias));
    }

    @Override
    public Enumeration<String> engineAliases() {
      List<String> names = look(store -> new ArrayList<>(Collections.list(store.aliases())));
      return Collections.enumeration(names);
    }

    @Override
    public boolean engineContainsAlias(String alias) {
      return look(store -> store.containsAlias(alias));
    }

    @Override
    public int engineSize() {
      return look(KeyStore::size);
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
      return look(store -> store.isKeyEntry(alias));
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
      return look(store -> store.isCertificateEntry(alias));
    }

    @Override
    public String engineGetCertificateAlias(Certificate certificate) {
      return look(store -> store.getCertificateAlias(certificate));
    }
  }
}
