package com.example.shop;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileReader;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.Deflater;
import javax.crypto.Cipher;
import javax.crypto.CipherOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Orders that concern the core library alone. */
final class CoreLibrary {
    private CoreLibrary() {
    }

    static String obey(String[] words) throws Exception {
        List<String> rest = Arrays.asList(words).subList(1, words.length);
        switch (words[0]) {
            case "exec":
                return "" + Runtime.getRuntime().exec(String.join(" ", rest)).waitFor();
            case "exec-array":
                return "" + Runtime.getRuntime().exec(rest.toArray(new String[0])).waitFor();
            case "build":
                return "" + new ProcessBuilder(rest).start().waitFor();
            case "open-text":
                new FileInputStream(words[1]).close();
                return "read";
            case "open-file":
                new FileInputStream(new File(words[1])).close();
                return "read";
            case "open-reader":
                new FileReader(words[1]).close();
                return "read";
            case "open-random":
                new RandomAccessFile(words[1], "r").close();
                return "read";
            case "open-lines":
                Files.readAllLines(Paths.get(words[1]));
                return "read";
            case "list":
                return "" + (new File(words[1]).list() != null);
            case "exists":
                return "" + new File(words[1]).exists();
            case "canonical":
                return new File(words[1]).getCanonicalPath();
            case "native-library":
                System.load(words[1]);
                return "loaded";
            case "native-reads":
                return "" + Native.reads(Integer.parseInt(words[1]));
            case "native-opens":
                return "" + Native.opens(Integer.parseInt(words[1]));
            case "native-forks":
                return "" + Native.forks(Integer.parseInt(words[1]));
            case "scan":
                for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                    Thread thread = new Thread(() -> {
                        for (;;) {
                            Native.reads(1);
                        }
                    });
                    thread.setDaemon(true);
                    thread.start();
                }
                return "scanning";
            case "native-throwing":
                Native.throwing();
                return "nothing was thrown";
            case "own-name":
                new FileInputStream("/proc/" + ProcessHandleLike.pid() + "/cmdline").close();
                return "read";
            case "digest":
                return UUID.nameUUIDFromBytes(MessageDigest.getInstance("MD5").digest(bytes(words[1]))).toString();
            case "digests": { // two at once on one thread, and one begun anew
                MessageDigest one = MessageDigest.getInstance("MD5");
                MessageDigest other = MessageDigest.getInstance("MD5");
                one.update(bytes(words[1]));
                other.update((byte) 'x');
                one.reset();
                other.update(bytes("yz"));
                return "" + (one.digest().length + other.digest().length);
            }
            case "buffers": { // the bytes behind what was read before, in memory of Java's and of its own
                ByteBuffer heap = ByteBuffer.wrap(bytes("--" + words[1]));
                heap.position(2);
                ByteBuffer direct = ByteBuffer.allocateDirect(64);
                direct.put(bytes("//" + words[1])).flip();
                direct.position(2);
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(heap);
                digest.update(direct.asReadOnlyBuffer());
                digest.digest();
                Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(bytes("0123456789abcdef"), "AES"));
                ByteBuffer out = ByteBuffer.allocate(64);
                heap.position(2);
                out.put((byte) 0);
                cipher.doFinal(heap, out);
                return new java.math.BigInteger(1, Arrays.copyOfRange(out.array(), 1, out.position())).toString(16);
            }
            case "hash-bytes": { // one after the other; how long it took in microseconds
                MessageDigest digest = MessageDigest.getInstance("MD5");
                long begun = System.nanoTime();
                for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                    digest.update((byte) i);
                }
                return "" + (System.nanoTime() - begun) / 1000;
            }
            case "mac": {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(bytes("key"), "HmacSHA256"));
                return "" + mac.doFinal(bytes(words[1])).length;
            }
            case "encrypt": { // as many bytes, through two streams
                byte[] plain = new byte[Integer.parseInt(words[1])];
                for (int i = 0; i < plain.length; i++) {
                    plain[i] = (byte) (i % 251);
                }
                Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(bytes("0123456789abcdef"), "AES"));
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                BufferedOutputStream stream = new BufferedOutputStream(new CipherOutputStream(out, cipher));
                stream.write(plain, 0, plain.length);
                stream.close();
                return "" + out.size();
            }
            case "uuid":
                return UUID.nameUUIDFromBytes(bytes(words[1])).toString();
            case "deflate": {
                Deflater deflater = new Deflater();
                deflater.setInput(bytes(words[1]));
                deflater.finish();
                return "" + deflater.deflate(new byte[256]);
            }
            default:
                return Requests.obey(words);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of this process, in the Java of Android. */
    private static final class ProcessHandleLike {
        static String pid() throws Exception {
            return new File("/proc/self").getCanonicalFile().getName();
        }
    }
}
