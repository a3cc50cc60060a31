package lab.boot;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The app process's end of docs/lab-protocol.md: fd 0, a stream socket, one JSON object a line. */
public final class Wire {
  private static final int LINE_LIMIT = 32 << 20;

  private final InputStream in;
  private final OutputStream out;
  private final AtomicLong asked = new AtomicLong();
  private final Map<Long, Consumer<Map<String, Object>>> pending = new ConcurrentHashMap<>();

  public Wire() {
    this(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.in));
  }

  Wire(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** Says something that wants no answer. */
  public void event(String name, Object... keysAndValues) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("event", name);
    put(line, keysAndValues);
    send(line);
  }

  /** Asks the daemon and waits for its answer. Throws {@link Refused} when it says no. */
  public Map<String, Object> ask(String op, Object... keysAndValues) {
    CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
    ask(op, answer::complete, keysAndValues);
    Map<String, Object> fields;
    try {
      fields = answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused("interrupted while asking " + op);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    Object error = fields.get("error");
    if (error != null) {
      throw new Refused(error.toString());
    }
    return fields;
  }

  /** Asks without waiting: `answered` gets the answer's fields, "error" among them, on the reader's thread. */
  public void ask(String op, Consumer<Map<String, Object>> answered, Object... keysAndValues) {
    long number = asked.incrementAndGet();
    pending.put(number, answered);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("ask", number);
    line.put("op", op);
    put(line, keysAndValues);
    send(line);
  }

  /** Asks without waiting; what the daemon answers is of no interest. */
  public void tell(String op, Object... keysAndValues) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("ask", asked.incrementAndGet());
    line.put("op", op);
    put(line, keysAndValues);
    send(line);
  }

  void answer(long call, Map<String, Object> fields) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("re", call);
    if (fields != null) {
      line.putAll(fields);
    }
    send(line);
  }

  void refuse(long call, String why) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("re", call);
    line.put("error", why);
    send(line);
  }

  /** Reads until the daemon closes its end. Answers to asks are sorted out here. */
  void readAll(Calls calls) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] block = new byte[65536];
    int count;
    while ((count = in.read(block)) > 0) {
      int from = 0;
      for (int i = 0; i < count; i++) {
        if (block[i] == '\n') {
          line.write(block, from, i - from);
          from = i + 1;
          take(line.toString(StandardCharsets.UTF_8), calls);
          line.reset();
        }
      }
      line.write(block, from, count - from);
      if (line.size() > LINE_LIMIT) {
        throw new IOException("line longer than " + LINE_LIMIT + " bytes");
      }
    }
  }

  private void take(String text, Calls calls) {
    Map<String, Object> line = Json.parseObject(text);
    Object answered = line.remove("answer");
    if (answered != null) {
      Consumer<Map<String, Object>> waiting = pending.remove(((Number) answered).longValue());
      if (waiting != null) {
        waiting.accept(line);
      }
      return;
    }
    long number = ((Number) line.remove("call")).longValue();
    calls.call(number, (String) line.remove("op"), line);
  }

  private void send(Map<String, Object> line) {
    byte[] bytes = (Json.write(line) + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (out) {
      try {
        out.write(bytes);
        out.flush();
      } catch (IOException e) {
        Runtime.getRuntime().halt(0);
      }
    }
  }

  private static void put(Map<String, Object> line, Object[] keysAndValues) {
    for (int i = 0; i < keysAndValues.length; i += 2) {
      if (keysAndValues[i + 1] != null) {
        line.put((String) keysAndValues[i], keysAndValues[i + 1]);
      }
    }
  }

  /** What is done with the daemon's calls. */
  interface Calls {
    void call(long number, String op, Map<String, Object> arguments);
  }

  /** The daemon said no. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why);
    }
  }
}
