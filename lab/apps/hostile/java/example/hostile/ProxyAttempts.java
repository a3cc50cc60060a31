package example.hostile;

import android.content.Context;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ways out through the device's own proxy, which runs on the machine that the device runs on. */
final class ProxyAttempts {
    private static final int WAIT_MS = 20000;
    private static final String[] LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"};
    private static final int[] PORTS = {22, 80, 5037, 8080};
    private static final String[] PRIVATE = {
        "10.0.0.1:80", "172.17.0.1:80", "192.168.1.1:80", "100.64.0.1:80", "169.254.169.254:80", "[fd00::1]:80", "[fe80::1]:80",
    };

    /** More of them, "host:port,host:port": what an app may have heard from elsewhere. */
    static volatile String targets = "";

    private ProxyAttempts() {
    }

    static final Attempt THROUGH_PROXY = new Attempt("through_proxy") {
        @Override
        String run(Context context) throws Exception {
            String host = System.getProperty("http.proxyHost");
            if (host == null) {
                throw new Failed("no proxy is set");
            }
            InetSocketAddress proxy = new InetSocketAddress(host, Integer.getInteger("http.proxyPort", 80));
            List<String> got = new ArrayList<>();
            String last = "";
            List<String> all = all();
            for (String target : all) {
                last = ask(proxy, target);
                if (!last.contains(" 502 ")) {
                    got.add(target + " (" + last + ")");
                }
            }
            return FileAttempts.orFailed(got, "of " + all.size() + " addresses none is reached through " + proxy + ": " + last);
        }
    };

    private static List<String> all() {
        List<String> all = new ArrayList<>();
        for (String address : LOOPBACK) {
            for (int port : PORTS) {
                all.add(address + ":" + port);
            }
        }
        all.addAll(Arrays.asList(PRIVATE));
        if (!targets.isEmpty()) {
            all.addAll(Arrays.asList(targets.split(",")));
        }
        return all;
    }

    /** The status line of the answer to a request in a tunnel to the target. */
    private static String ask(InetSocketAddress proxy, String target) throws IOException {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.setSoTimeout(WAIT_MS);
            socket.connect(proxy, WAIT_MS);
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            send(socket, "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
            String status = in.readLine();
            if (status == null || !status.contains(" 200 ")) {
                return String.valueOf(status);
            }
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                status = line;
            }
            send(socket, "GET /of-the-host HTTP/1.1\r\nHost: " + target + "\r\nConnection: close\r\n\r\n");
            return String.valueOf(in.readLine());
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }
}
