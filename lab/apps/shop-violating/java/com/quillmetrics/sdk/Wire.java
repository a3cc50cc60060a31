package com.quillmetrics.sdk;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The SDK's own HTTP client: TLS over a socket, through the device's proxy where there is one. */
final class Wire {
    private static final int PORT = 443;
    private static final int TIMEOUT_MS = 10000;

    private Wire() {
    }

    /** The status of the answer. */
    static int post(String host, String path, byte[] body) throws IOException {
        try (SSLSocket socket = secured(connected(host), host)) {
            String head = "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: Quillmetrics/1.4\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write(head.getBytes(StandardCharsets.US_ASCII));
            request.write(body);
            socket.getOutputStream().write(request.toByteArray());
            socket.getOutputStream().flush();
            return status(socket);
        }
    }

    private static Socket connected(String host) throws IOException {
        Proxy proxy = ProxySelector.getDefault().select(URI.create("https://" + host + "/")).get(0);
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MS);
        if (proxy.type() != Proxy.Type.HTTP) {
            socket.connect(new InetSocketAddress(host, PORT), TIMEOUT_MS);
            return socket;
        }
        InetSocketAddress address = (InetSocketAddress) proxy.address();
        socket.connect(new InetSocketAddress(address.getHostName(), address.getPort()), TIMEOUT_MS);
        String end = host + ":" + PORT;
        socket.getOutputStream().write(("CONNECT " + end + " HTTP/1.1\r\nHost: " + end + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        int answer = tunnel(socket);
        if (answer != 200) {
            socket.close();
            throw new IOException("the proxy says " + answer);
        }
        return socket;
    }

    /** Reads the proxy's answer byte by byte: what follows it belongs to TLS. */
    private static int tunnel(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the proxy has closed the connection");
            }
            answer.append((char) next);
        }
        return Integer.parseInt(answer.toString().split(" ")[1]);
    }

    private static SSLSocket secured(Socket plain, String host) throws IOException {
        try {
            SSLSocket socket = (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket(plain, host, PORT, true);
            SSLParameters wanted = socket.getSSLParameters();
            wanted.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(wanted);
            socket.startHandshake();
            return socket;
        } catch (NoSuchAlgorithmException problem) {
            throw new IOException(problem);
        }
    }

    private static int status(Socket socket) throws IOException {
        String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        if (line == null) {
            throw new IOException("there was no answer");
        }
        return Integer.parseInt(line.split(" ")[1]);
    }
}
