package example.collector;

import android.accessibilityservice.AccessibilityServiceInfo;
import android.app.Activity;
import android.app.ActivityManager;
import android.net.ConnectivityManager;
import android.os.Debug;
import android.provider.Settings;
import android.view.accessibility.AccessibilityManager;
import dalvik.system.DexClassLoader;
import dalvik.system.PathClassLoader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.security.MessageDigest;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.CipherOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How an app works: code that it loads, ciphers, connections, and whether it looks for an analyst. */
final class Workings {
    private static final String KEY = "0123456789abcdef";
    private static final String WORDS = "invented words";

    private Workings() {
    }

    private static byte[] ascii(String text) throws Exception {
        return text.getBytes("US-ASCII");
    }

    static final Read[] ALL = {
        new Read("dex_loader", "loads code from a file", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                String path = new File(activity.getFilesDir(), "plugin.apk").getPath();
                return new DexClassLoader(path, null, null, activity.getClassLoader()) != null;
            }
        },
        new Read("path_loader", "loads code of an installed app", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new PathClassLoader("/data/app/com.example.nobody/base.apk", activity.getClassLoader()) != null;
            }
        },
        new Read("package_context", "takes code or resources of another app", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return activity.createPackageContext("com.example.nobody", 0).getPackageName();
            }
        },
        new Read("cipher", "encrypts", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(ascii(KEY), "AES"));
                return cipher.doFinal(ascii(WORDS));
            }
        },
        new Read("cipher_wrong", "deciphers what is no cipher text", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
                cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(ascii(KEY), "AES"));
                return cipher.doFinal(ascii("short"));
            }
        },
        new Read("cipher_stream", "encrypts as it writes", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(ascii(KEY), "AES"));
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                GZIPOutputStream gzip = new GZIPOutputStream(new CipherOutputStream(out, cipher));
                gzip.write(ascii(WORDS));
                gzip.close();
                return out.size();
            }
        },
        new Read("mac", "signs with a key", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(ascii(KEY), "HmacSHA256"));
                return mac.doFinal(ascii(WORDS));
            }
        },
        new Read("digest", "hashes", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return MessageDigest.getInstance("MD5").digest(ascii(WORDS));
            }
        },
        new Read("digest_parts", "hashes in parts", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(ascii(WORDS));
                return digest.digest();
            }
        },
        new Read("deflate", "compresses", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                Deflater deflater = new Deflater();
                deflater.setInput(ascii(WORDS));
                deflater.finish();
                byte[] packed = new byte[WORDS.length() * 2];
                int size = deflater.deflate(packed);
                deflater.end();
                return java.util.Arrays.copyOf(packed, size);
            }
        },
        new Read("gzip", "compresses into a stream", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                    out.write(ascii(WORDS), 0, WORDS.length());
                }
                return packed.size();
            }
        },
        new Read("socket", "connects to itself", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
                    return socket.isConnected();
                }
            }
        },
        new Read("datagram", "sends a datagram to itself", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                    byte[] words = ascii(WORDS);
                    socket.send(new DatagramPacket(words, words.length, InetAddress.getLoopbackAddress(), socket.getLocalPort()));
                    return "sent";
                }
            }
        },
        new Read("resolve", "asks for the address of a name", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return InetAddress.getByName("127.0.0.1").getHostAddress();
            }
        },
        new Read("url", "prepares a request", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return new URL("http://page.example/").openConnection().getURL().getHost();
            }
        },
        new Read("written", "writes the head of a request to itself", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                InetAddress here = InetAddress.getLoopbackAddress();
                try (ServerSocket server = new ServerSocket(0, 1, here); Socket socket = new Socket(here, server.getLocalPort())) {
                    socket.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: page.example\r\n\r\n"));
                    return "written";
                }
            }
        },
        new Read("debugger", "looks for a debugger", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Debug.isDebuggerConnected();
            }
        },
        new Read("root_file", "looks for the file of su", Route.FILE) {
            @Override
            Object run(Activity activity) {
                return new File("/system/xbin/su").exists();
            }
        },
        new Read("proxy_property", "looks for a proxy", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return System.getProperty("http.proxyHost");
            }
        },
        new Read("proxy_network", "looks for the network's proxy", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.service(activity, ConnectivityManager.class).getDefaultProxy();
            }
        },
        new Read("adb_setting", "looks whether adb is on", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Settings.Global.getInt(activity.getContentResolver(), "adb_enabled", 0);
            }
        },
        new Read("accessibility_services", "looks for accessibility services", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                AccessibilityManager manager = Use.service(activity, AccessibilityManager.class);
                return manager.getEnabledAccessibilityServiceList(AccessibilityServiceInfo.FEEDBACK_ALL_MASK);
            }
        },
        new Read("monkey", "looks whether a test drives it", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return ActivityManager.isUserAMonkey();
            }
        },
    };
}
