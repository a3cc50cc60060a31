package com.example.shop;

import com.android.volley.Request;
import com.android.volley.RequestQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import net.adnet.Tracker;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Orders that send something. */
final class Requests {
    private Requests() {
    }

    static String obey(String[] words) throws Exception {
        switch (words[0]) {
            case "http-url":
                return url(words[1], null);
            case "http-post":
                return url(words[1], words[2]);
            case "http-stream":
                try (InputStream in = new URL(words[1]).openStream()) {
                    return "" + in.read();
                }
            case "http-open":
                return new URL(words[1]).openConnection().getURL().getHost();
            case "http-raw": // scheme, port, bytes in base64
                return raw(words[1], Integer.parseInt(words[2]), Base64.getDecoder().decode(words[3]), 0);
            case "http-within": // the same bytes, somewhere inside of an array
                return raw(words[1], Integer.parseInt(words[2]), Base64.getDecoder().decode(words[3]), 7);
            case "http-pool": {
                ExecutorService pool = Executors.newSingleThreadExecutor();
                byte[] bytes = Base64.getDecoder().decode(words[3]);
                String said = Tracker.later(pool, () -> raw(words[1], Integer.parseInt(words[2]), bytes, 0)).get();
                pool.shutdown();
                return said;
            }
            case "http-time":
                return "" + time(words[1].equals("head"), Integer.parseInt(words[2]));
            case "okhttp":
                return "" + (new OkHttpClient().newCall(new okhttp3.Request(words[1], new HttpUrl(words[2]))) != null);
            case "volley":
                return "" + (new RequestQueue().add(new Request(Integer.parseInt(words[1]), words[2]) { }) != null);
            default:
                return "what is " + words[0] + "?";
        }
    }

    private static String url(String address, String body) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        if (connection instanceof HttpsURLConnection) {
            ((HttpsURLConnection) connection).setSSLSocketFactory(trusting().getSocketFactory());
            ((HttpsURLConnection) connection).setHostnameVerifier((name, session) -> true);
        }
        if (body != null) {
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return "" + connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    /** Writes the bytes to a connection and says its port and the first line of the answer. */
    private static String raw(String scheme, int port, byte[] bytes, int before) throws Exception {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress("127.0.0.1", port));
            Socket socket = scheme.equals("https") ? trusting().getSocketFactory().createSocket(plain, "raw.example", port, true) : plain;
            byte[] array = new byte[before + bytes.length + before];
            System.arraycopy(bytes, 0, array, before, bytes.length);
            socket.getOutputStream().write(array, before, bytes.length);
            socket.getOutputStream().flush();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = socket.getInputStream().read(); b >= 0 && b != '\r'; b = socket.getInputStream().read()) {
                line.write(b);
            }
            return plain.getLocalPort() + " " + line;
        }
    }

    /** Nanoseconds for one write to a connection whose other end takes all, the mean of so many. */
    private static long time(boolean heads, int writes) throws Exception {
        byte[] bytes = new byte[1024];
        byte[] head = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, bytes, 0, heads ? head.length : 0);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread reader = new Thread(() -> {
                try (Socket taken = server.accept()) {
                    byte[] room = new byte[1 << 16];
                    while (taken.getInputStream().read(room) >= 0) {
                        continue;
                    }
                } catch (IOException ended) {
                    return;
                }
            }, "reader");
            reader.start();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                OutputStream out = socket.getOutputStream();
                long began = System.nanoTime();
                for (int n = 0; n < writes; n++) {
                    out.write(bytes);
                }
                return (System.nanoTime() - began) / writes;
            }
        }
    }

    private static SSLContext trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String kind) {
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String kind) {
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, null);
        return context;
    }
}
