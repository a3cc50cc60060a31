package example.nativecode;

import android.app.Activity;
import android.content.ContentResolver;
import android.graphics.Bitmap;
import android.os.Bundle;
import android.util.Log;
import android.widget.TextView;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.Callable;

/** Calls each of its native methods once and says what came back. The extra "crash" asks for an end by native code. */
public class MainActivity extends Activity {
  static class Parent {
    final String own;

    Parent(String own) {
      this.own = own;
    }

    String name() {
      return "parent-" + own;
    }
  }

  static class Child extends Parent {
    Child(String own) {
      super(own);
    }

    @Override
    String name() {
      return "child-" + own;
    }
  }

  static class Held {
    static long total;
    byte b;
    int i = 1;
    long j = 2;
    float f = 3.5f;
    double d = 4.25;
    final String fixed = new String("fixed");
  }

  static native String taken(
      boolean z, byte b, char c, short s, int i, long j, float f, double d, String words, long last, double end);

  static native float half(float value);

  static native double third(double value);

  static native long twice(long value);

  static native boolean not(boolean value);

  static native byte negative(byte value);

  static native String given(int form);

  static native double computed();

  native String names();

  native void fields(Held held);

  static native String mirrored(String words);

  static native String same(String words);

  static native int summed(int[] numbers);

  static native byte[] copied(byte[] bytes);

  static native Object[] wrapped(Object one);

  static native String androidId(ContentResolver resolver);

  static native long filled(ByteBuffer buffer);

  static native ByteBuffer bufferOfC();

  static native int secondOfC();

  static native String painted(Bitmap bitmap);

  static native String caught();

  static native void throwing();

  static native void absent();

  static native long factorial(int n);

  static native int threaded();

  static native int besideAnother();

  static native boolean hasGoneOn();

  static native String model();

  static native int written(String path);

  static native int opened(String library);

  static native int forked();

  static native void crashed(boolean byAbort);

  static native void overwritten();

  static native void misled();

  static native boolean framed(int depth);

  static native int shortThread();

  static native boolean hasEnded(int which);

  static native int errnoAfter();

  static native int readerThread(ContentResolver resolver);

  static boolean twiceFramed(int depth) {
    return framed(depth) && framed(depth);
  }

  static native int fromTable(int value);

  static native int nowhere();

  static String joined(boolean z, byte b, char c, short s, int i, long j, float f, double d, String words, int k, long last, double end) {
    return z + " " + b + " " + c + " " + s + " " + i + " " + j + " " + f + " " + d + " " + words + " " + k + " " + last + " " + end;
  }

  static float quarter(float value) {
    return value / 4;
  }

  static double eighth(double value) {
    return value / 8;
  }

  static void fails() {
    throw new IllegalArgumentException("by Java");
  }

  static int through(int n) {
    return (int) factorial(n);
  }

  @Override
  protected void onCreate(Bundle state) {
    super.onCreate(state);
    System.loadLibrary("probe");
    TextView shown = new TextView(this);
    shown.setText("loaded");
    setContentView(shown);
    String crash = getIntent().getStringExtra("crash");
    if (crash != null) {
      if (crash.equals("closed")) {
        overwritten();
      } else if (crash.equals("misled")) {
        misled();
      }
      crashed(crash.equals("abort"));
    }
    say("taken", () -> taken(true, (byte) -2, 'A', (short) -3, 4, 1L << 40, 1.5f, -2.25, "wörd", -(1L << 33), 8.5));
    say("results", () -> half(3f) + " " + third(1.5) + " " + twice(1L << 40) + " " + not(false) + " " + negative((byte) 100));
    for (int form = 0; form < 3; form++) {
      int one = form;
      say("given" + form, () -> given(one));
    }
    say("computed", () -> computed());
    say("names", () -> names());
    say("fields", () -> {
      Held held = new Held();
      fields(held);
      return held.i + " " + held.j + " " + held.f + " " + held.d + " " + held.b + " " + held.fixed + " " + Held.total;
    });
    say("mirrored", () -> mirrored("añ中\uD83D\uDE00"));
    say("same", () -> same("a\0ñ中\uD83D\uDE00").equals("a\0ñ中\uD83D\uDE00"));
    say("summed", () -> {
      int[] numbers = {1, 2, 30};
      return summed(numbers) + " " + Arrays.toString(numbers);
    });
    say("copied", () -> Arrays.toString(copied(new byte[] {1, 2, 3, 4, 5})));
    say("short", () -> copied(new byte[3]));
    say("wrapped", () -> wrapped(this)[0] == this && wrapped(this)[1].equals("two"));
    say("androidId", () -> androidId(getContentResolver()));
    say("filled", () -> {
      ByteBuffer buffer = ByteBuffer.allocateDirect(3);
      buffer.put(1, (byte) 5);
      return filled(buffer) + " " + buffer.get(0) + " " + buffer.get(1) + " " + buffer.get(2) + " " + filled(ByteBuffer.allocate(3));
    });
    say("ofC", () -> {
      ByteBuffer buffer = bufferOfC().order(ByteOrder.LITTLE_ENDIAN);
      int before = buffer.getInt(4);
      buffer.putInt(4, 21);
      return buffer.capacity() + " " + before + " " + secondOfC();
    });
    say("painted", () -> {
      Bitmap bitmap = Bitmap.createBitmap(3, 2, Bitmap.Config.ARGB_8888);
      return painted(bitmap) + " " + Integer.toHexString(bitmap.getPixel(1, 1)) + " " + bitmap.getPixel(0, 0);
    });
    say("caught", () -> caught());
    say("throwing", () -> {
      throwing();
      return "nothing";
    });
    say("absent", () -> {
      absent();
      return "nothing";
    });
    say("factorial", () -> factorial(5));
    say("framed", () -> framed(3));
    say("threaded", () -> threaded());
    say("after", () -> {
      int made = shortThread();
      await(() -> hasEnded(1));
      return made + " " + errnoAfter();
    });
    say("reader", () -> {
      int made = readerThread(getContentResolver());
      await(() -> hasEnded(2));
      return made + " " + caught();
    });
    say("model", () -> model());
    say("written", () -> written(new File(getFilesDir(), "by-c").getPath()) + " " + new File(getFilesDir(), "by-c").length());
    say("opened", () -> opened("libbeside.so") + " " + opened("libnowhere.so"));
    say("forked", () -> forked());
    say("table", () -> fromTable(1));
    say("nowhere", () -> nowhere());
    say("apart", () -> Class.forName("com.github.unidbg.Probe"));
    say("hidden", () -> Class.forName("lab.emulator.Machine"));
    say("beside", () -> {
      int made = besideAnother();
      await(() -> hasGoneOn());
      return made + " " + twice(3);
    });
    Log.i("Probe", "done");
  }

  private static void await(Callable<Boolean> holds) throws Exception {
    while (!holds.call()) {
      Thread.sleep(10);
    }
  }

  private static void say(String name, Callable<Object> what) {
    String result;
    try {
      result = String.valueOf(what.call());
    } catch (Throwable thrown) {
      result = thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    }
    Log.i("Probe", name + "=" + result);
  }
}
