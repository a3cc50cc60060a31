package example.hostile;

import android.Manifest;
import android.content.Context;
import android.content.pm.PackageManager;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Ways out over sockets. Addresses are those set aside for documentation (RFC 5737, RFC 3849) and the loopback. */
final class NetworkAttempts {
    private static final int WAIT_MS = 3000;
    private static final int[] PORTS = {27042, 27043, 9008, 5037, 5554, 5555, 5556, 5557, 22, 80, 443, 8080, 3128, 8888};

    private NetworkAttempts() {
    }

    /** Past the proxy, straight to an address. */
    static final Attempt CONNECT = new Attempt("connect") {
        @Override
        String run(Context context) throws Exception {
            List<String> got = new ArrayList<>();
            String why = "";
            for (String address : new String[] {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"}) {
                for (int port : new int[] {80, 443}) {
                    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                        socket.connect(new InetSocketAddress(address, port), WAIT_MS);
                        got.add(address + ":" + port);
                    } catch (IOException held) {
                        why = held.getMessage();
                    }
                }
            }
            return FileAttempts.orFailed(got, "no way to any address: " + why);
        }
    };

    static final Attempt RESOLVE = new Attempt("resolve") {
        @Override
        String run(Context context) throws Exception {
            try {
                return InetAddress.getByName("outside.hostile.example").toString();
            } catch (UnknownHostException held) {
                throw new Failed(held.getMessage());
            }
        }
    };

    /** Ports on which a device's own servers may listen. */
    static final Attempt LAB_PORTS = new Attempt("lab_ports") {
        @Override
        String run(Context context) throws Exception {
            List<String> got = new ArrayList<>();
            for (int port : PORTS) {
                try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                    socket.connect(new InetSocketAddress("127.0.0.1", port), WAIT_MS);
                    got.add("127.0.0.1:" + port);
                } catch (IOException held) {
                    android.util.Log.d("Hostile", port + ": " + held.getMessage());
                }
            }
            return FileAttempts.orFailed(got, "none of " + PORTS.length + " ports of the loopback answers");
        }
    };

    /** Unix sockets that the system lists, by way of the JDK's own class where there is one. */
    static final Attempt LAB_SOCKETS = new Attempt("lab_sockets") {
        @Override
        String run(Context context) throws Exception {
            List<String> got = new ArrayList<>();
            List<String> names = socketNames();
            for (String name : names) {
                try (SocketChannel channel = SocketChannel.open(unixAddress(name))) {
                    got.add(name + (channel.isConnected() ? "" : " (half)"));
                } catch (IOException | RuntimeException held) {
                    android.util.Log.d("Hostile", name + ": " + held);
                }
            }
            return FileAttempts.orFailed(got, "of " + names.size() + " sockets seen none can be connected to");
        }
    };

    private static SocketAddress unixAddress(String name) throws ReflectiveOperationException {
        return (SocketAddress) Class.forName("java.net.UnixDomainSocketAddress").getMethod("of", String.class).invoke(null, name);
    }

    private static List<String> socketNames() throws IOException {
        List<String> names = new ArrayList<>();
        names.add("/run/docker.sock");
        names.add("/var/run/docker.sock");
        names.add("/run/dbus/system_bus_socket");
        try (BufferedReader reader = new BufferedReader(new FileReader("/proc/net/unix"))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] fields = line.trim().split("\\s+");
                if (fields.length == 8 && fields[7].startsWith("/")) {
                    names.add(fields[7]);
                }
            }
        } catch (IOException held) {
            android.util.Log.d("Hostile", "/proc/net/unix: " + held.getMessage());
        }
        return names;
    }

    /** Speaks on the descriptor it was given as input, as if it were the system, to grant itself the camera. */
    static final Attempt BINDER = new Attempt("binder") {
        @Override
        String run(Context context) throws Exception {
            String permission = Manifest.permission.CAMERA;
            String[] lines = {
                "{\"re\": 1, \"error\": \"forged\"}",
                "{\"ask\": 990001, \"op\": \"set\", \"permissions\": {\"" + permission + "\": \"granted\"}}",
                "{\"ask\": 990002, \"op\": \"grant\", \"package\": \"example.hostile\", \"permission\": \"" + permission + "\"}",
                "{\"event\": \"permission_result\", \"permissions\": [\"" + permission + "\"], \"grants\": [true]}",
                "{\"ask\": 990003, \"op\": \"setting\", \"namespace\": \"global\", \"key\": \"http_proxy\", \"value\": \"127.0.0.1:1\"}",
            };
            speak(lines);
            Thread.sleep(2000);
            if (context.checkSelfPermission(permission) != PackageManager.PERMISSION_GRANTED) {
                throw new Failed(lines.length + " forged messages changed nothing");
            }
            return "granted itself " + permission;
        }
    };

    private static void speak(String... lines) throws IOException {
        FileOutputStream out = new FileOutputStream(FileDescriptor.in);
        for (String line : lines) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The same way with what is no message. A device that ends the process for it has held too. */
    static final Attempt BINDER_NOISE = new Attempt("binder_noise") {
        @Override
        String run(Context context) throws Exception {
            char[] endless = new char[1 << 20];
            java.util.Arrays.fill(endless, 'x');
            for (int i = 0; i < 64; i++) {
                speak("{\"event\": \"log\", \"text\": \"" + new String(endless));
            }
            speak("not a message at all \u0000\u0001", "[]", "{}", "{\"re\": \"one\"}");
            Thread.sleep(2000);
            throw new Failed("64 MiB of noise changed nothing");
        }
    };
}
