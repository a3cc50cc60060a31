package lab.device.system;

import android.security.keystore.KeyGenParameterSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import javax.crypto.KeyGenerator;
import javax.crypto.KeyGeneratorSpi;
import javax.crypto.SecretKey;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/** The generators of the provider "AndroidKeyStore": what they make is kept under the alias of its KeyGenParameterSpec. */
final class KeyStoreGenerators {
  private static final String NEEDS_SPEC = "KeyGenParameterSpec must be provided";

  private KeyStoreGenerators() {}

  private static KeyGenParameterSpec checked(AlgorithmParameterSpec given) throws InvalidAlgorithmParameterException {
    if (!(given instanceof KeyGenParameterSpec)) {
      throw new InvalidAlgorithmParameterException(NEEDS_SPEC);
    }
    KeyGenParameterSpec spec = (KeyGenParameterSpec) given;
    AndroidKeyStore.check(spec);
    return spec;
  }

  /** Of secret keys. */
  static final class Secret extends KeyGeneratorSpi {
    private final KeyGenerator generator;
    private KeyGenParameterSpec spec;

    Secret(String algorithm) throws GeneralSecurityException {
      generator = KeyGenerator.getInstance(algorithm, "SunJCE");
    }

    @Override
    protected void engineInit(SecureRandom random) {
      throw new UnsupportedOperationException("Cannot initialize without a KeyGenParameterSpec parameter");
    }

    @Override
    protected void engineInit(int bits, SecureRandom random) {
      engineInit(random);
    }

    @Override
    protected void engineInit(AlgorithmParameterSpec given, SecureRandom random) throws InvalidAlgorithmParameterException {
      spec = checked(given);
      if (spec.getKeySize() > 0) {
        generator.init(spec.getKeySize());
      }
    }

    @Override
    protected SecretKey engineGenerateKey() {
      if (spec == null) {
        throw new IllegalStateException("Not initialized");
      }
      SecretKey key = generator.generateKey();
      try {
        AndroidKeyStore.keep(spec.getKeystoreAlias(), key, null);
      } catch (GeneralSecurityException e) {
        throw new ProviderException(e);
      }
      return key;
    }
  }

  /** Of key pairs, with a certificate that the key itself has signed. */
  static final class Pair extends KeyPairGeneratorSpi {
    private final String algorithm;
    private final KeyPairGenerator generator;
    private KeyGenParameterSpec spec;

    Pair(String algorithm) throws GeneralSecurityException {
      this.algorithm = algorithm;
      generator = KeyPairGenerator.getInstance(algorithm, algorithm.equals("EC") ? "SunEC" : "SunRsaSign");
    }

    @Override
    public void initialize(int bits, SecureRandom random) {
      throw new IllegalArgumentException("AndroidKeyStore.KeyPairGenerator requires a KeyGenParameterSpec");
    }

    @Override
    public void initialize(AlgorithmParameterSpec given, SecureRandom random) throws InvalidAlgorithmParameterException {
      spec = checked(given);
      AlgorithmParameterSpec wanted = spec.getAlgorithmParameterSpec();
      if (wanted == null && spec.getKeySize() <= 0) {
        wanted = algorithm.equals("EC") ? new ECGenParameterSpec("secp256r1") : null;
      }
      if (wanted != null) {
        generator.initialize(wanted);
      } else if (spec.getKeySize() > 0) {
        generator.initialize(spec.getKeySize());
      }
    }

    @Override
    public KeyPair generateKeyPair() {
      if (spec == null) {
        throw new IllegalStateException("Not initialized");
      }
      KeyPair pair = generator.generateKeyPair();
      try {
        AndroidKeyStore.keep(spec.getKeystoreAlias(), pair.getPrivate(), new Certificate[] {certificate(pair)});
      } catch (GeneralSecurityException | IOException e) {
        throw new ProviderException(e);
      }
      return pair;
    }

    private Certificate certificate(KeyPair pair) throws GeneralSecurityException, IOException {
      boolean elliptic = algorithm.equals("EC");
      AlgorithmIdentifier how = // ecdsa-with-SHA256, sha256WithRSAEncryption (RFC 5758, RFC 4055)
          elliptic
              ? new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"))
              : new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.113549.1.1.11"), DERNull.INSTANCE);
      X500Name name = X500Name.getInstance(spec.getCertificateSubject().getEncoded());
      V3TBSCertificateGenerator parts = new V3TBSCertificateGenerator();
      parts.setSerialNumber(new ASN1Integer(spec.getCertificateSerialNumber()));
      parts.setSignature(how);
      parts.setIssuer(name);
      parts.setSubject(name);
      parts.setStartDate(new Time(spec.getCertificateNotBefore()));
      parts.setEndDate(new Time(spec.getCertificateNotAfter()));
      parts.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
      TBSCertificate signed = parts.generateTBSCertificate();
      Signature signature = Signature.getInstance(elliptic ? "SHA256withECDSA" : "SHA256withRSA");
      signature.initSign(pair.getPrivate());
      signature.update(signed.getEncoded("DER"));
      ASN1EncodableVector whole = new ASN1EncodableVector();
      whole.add(signed);
      whole.add(how);
      whole.add(new DERBitString(signature.sign()));
      byte[] encoded = new DERSequence(whole).getEncoded("DER");
      return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }
  }
}
