import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Plain Java that tries what an app in a lab device must not manage. One line for each attempt: its name, a tab,
 * "done" or "refused", a tab, what happened. Arguments: a port of the host, paths of the host joined with ":" or "-" to
 * try nothing yet, the path of a program. At each byte of input it tries what concerns a package's data.
 */
public final class Hostile {
  interface Attempt {
    String go() throws Throwable;
  }

  private static void attempt(String name, Attempt attempt) {
    String result = "done";
    String detail;
    try {
      detail = attempt.go();
      if (detail == null) {
        result = "refused";
        detail = "nothing there";
      }
    } catch (Throwable refused) {
      result = "refused";
      detail = refused.toString();
    }
    System.out.println(name + "\t" + result + "\t" + detail.replaceAll("\\s+", " "));
    System.out.flush();
  }

  private static String read(String path) throws IOException {
    File file = new File(path);
    if (file.isDirectory()) {
      String[] names = file.list();
      return names == null || names.length == 0 ? null : Arrays.toString(names);
    }
    byte[] head = new byte[4096];
    try (RandomAccessFile open = new RandomAccessFile(file, "r")) {
      int count = open.read(head);
      return count <= 0 ? null : new String(head, 0, count, StandardCharsets.UTF_8);
    }
  }

  private static String connect(String host, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 3000);
      socket.setSoTimeout(3000);
      socket.getOutputStream().write("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n{}\n".getBytes(StandardCharsets.US_ASCII));
      int first = socket.getInputStream().read();
      return first < 0 ? null : "answered with byte " + first;
    }
  }

  private static String write(String path) throws IOException {
    try (FileOutputStream out = new FileOutputStream(path)) {
      out.write(1);
    }
    return "wrote";
  }

  private static String fill(String folder) {
    byte[] block = new byte[1 << 20];
    Arrays.fill(block, (byte) 1);
    long written = 0;
    List<File> files = new ArrayList<>();
    try {
      for (int number = 0; number < 64; number++) {
        File file = new File(folder, "fill" + number);
        files.add(file);
        try (FileOutputStream out = new FileOutputStream(file)) {
          for (int i = 0; i < 256; i++) {
            out.write(block);
            written += block.length;
          }
        }
      }
      return "filled " + written;
    } catch (IOException full) {
      return "stopped after " + written;
    } finally {
      for (File file : files) {
        file.delete();
      }
    }
  }

  private static String threads() {
    CountDownLatch end = new CountDownLatch(1);
    int count = 0;
    try {
      for (; count < 100000; count++) {
        Thread thread = new Thread(null, () -> {
          try {
            end.await();
          } catch (InterruptedException gone) {
            Thread.currentThread().interrupt();
          }
        }, "many", 65536);
        thread.setDaemon(true);
        thread.start();
      }
      return "started " + count;
    } catch (OutOfMemoryError full) {
      return "stopped after " + count;
    } finally {
      end.countDown();
    }
  }

  private static String memory() {
    List<ByteBuffer> blocks = new ArrayList<>();
    long taken = 0;
    try {
      for (int i = 0; i < 4096; i++) {
        ByteBuffer block = ByteBuffer.allocateDirect(16 << 20);
        for (int at = 0; at < block.capacity(); at += 4096) {
          block.put(at, (byte) 1);
        }
        blocks.add(block);
        taken += block.capacity();
      }
      return "took " + taken;
    } catch (OutOfMemoryError full) {
      return "stopped after " + taken;
    }
  }

  private static String ports() throws IOException {
    StringBuilder found = new StringBuilder();
    for (String line : Files.readAllLines(Paths.get("/proc/self/net/tcp"))) {
      String[] fields = line.trim().split("\\s+");
      if (fields.length > 3 && fields[3].equals("0A")) {
        int port = Integer.parseInt(fields[1].split(":")[1], 16);
        String answer;
        try {
          answer = connect("127.0.0.1", port);
        } catch (IOException refused) {
          answer = null;
        }
        found.append(port).append(answer == null ? " silent " : " " + answer + " ");
      }
    }
    return found.toString();
  }

  /** The kernel takes the signal and drops it: the first process of a pid namespace cannot be killed from within. */
  private static String killAnchor() throws InterruptedException {
    ProcessHandle anchor = ProcessHandle.of(1).orElse(null);
    if (anchor == null) {
      return null;
    }
    anchor.destroyForcibly();
    Thread.sleep(300);
    return anchor.isAlive() ? null : "killed";
  }

  private static String processes() {
    List<Long> pids = new ArrayList<>();
    ProcessHandle.allProcesses().forEach(process -> pids.add(process.pid()));
    return pids.toString();
  }

  private static String interfaces() throws IOException {
    StringBuilder all = new StringBuilder();
    for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      byte[] mac = one.getHardwareAddress();
      all.append(one.getName()).append(one.isUp() ? " up " : " down ").append(mac == null ? "-" : Arrays.toString(mac));
      for (InterfaceAddress address : one.getInterfaceAddresses()) {
        if (address.getAddress() instanceof Inet4Address) {
          all.append(' ').append(address.getAddress().getHostAddress()).append('/').append(address.getNetworkPrefixLength());
        }
      }
      all.append(';');
    }
    return all.toString();
  }

  private static void attack(int hostPort, String[] paths, String java) {
    for (String path : paths) {
      attempt("read " + path, () -> read(path));
    }
    attempt("root", () -> Arrays.toString(new File("/").list()));
    attempt("dev", () -> Arrays.toString(new File("/dev").list()));
    attempt("users", () -> read("/etc/passwd"));
    attempt("anchor's memory", () -> read("/proc/1/mem"));
    attempt("anchor's environment", () -> read("/proc/1/environ"));
    attempt("anchor's root", () -> read("/proc/1/root"));
    attempt("anchor's working folder", () -> read("/proc/1/cwd"));
    attempt("processes", Hostile::processes);
    attempt("kill the anchor", Hostile::killAnchor);
    attempt("connect to the host", () -> connect("127.0.0.1", hostPort));
    attempt("connect to frida", () -> connect("127.0.0.1", 27042));
    attempt("connect to the cluster", () -> connect("127.0.0.1", 27052));
    attempt("connect to uiautomator", () -> connect("127.0.0.1", 9008));
    attempt("connect outside", () -> connect("203.0.113.7", 443));
    attempt("connect outside v6", () -> connect("2001:db8::7", 443));
    attempt("connect to a neighbour", () -> connect("10.1.2.9", 80));
    attempt("connect to a neighbour v6", () -> connect("fe80::1", 80));
    attempt("interfaces", Hostile::interfaces);
    attempt("look up", () -> InetAddress.getByName("host.example").toString());
    attempt("ports", Hostile::ports);
    attempt("unix sockets", () -> read("/proc/self/net/unix"));
    attempt("run a shell", () -> "" + new ProcessBuilder("/bin/sh", "-c", "id").start().waitFor());
    attempt("run java", () -> "" + new ProcessBuilder(java, "-version").start().waitFor());
    attempt("write the runtime", () -> write("/system/intruder"));
    attempt("write beside the data", () -> write("/data/intruder"));
    attempt("write into the root", () -> write("/intruder"));
    attempt("other apps' data", () -> read("/data/data"));
    attempt("fill the temporary folder", () -> fill("/tmp"));
    attempt("threads", Hostile::threads);
    attempt("memory", Hostile::memory);
  }

  public static void main(String[] arguments) throws Exception {
    if (!arguments[1].equals("-")) {
      attack(Integer.parseInt(arguments[0]), arguments[1].split(":"), arguments[2]);
    }
    System.out.println("end");
    System.out.flush();
    while (System.in.read() >= 0) {
      String folder = "/data/data/example.hostile";
      attempt("own data", () -> Arrays.toString(new File("/data/data").list()) + " " + write(folder + "/mine"));
      attempt("write the APK", () -> write("/data/app/base.apk"));
      attempt("read the APK", () -> read("/data/app/base.apk"));
      attempt("link out", () -> {
        Path link = Paths.get(folder, "link");
        Files.createSymbolicLink(link, Paths.get("/etc/shadow"));
        return read(link.toString());
      });
      attempt("fill own data", () -> fill(folder));
      System.out.println("end");
      System.out.flush();
    }
  }
}
