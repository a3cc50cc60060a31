package sample;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints what it computes. Run as compiled and run as translated from dex it must print the same. */
public final class Sample {
    static final int NEGATIVE = -100;
    static final long NEGATIVE_LONG = -5000000000L;
    static final byte NEGATIVE_BYTE = -7;
    static final short NEGATIVE_SHORT = -300;
    static final char LAST_CHAR = '\uFFFE';
    static final float NEGATIVE_FLOAT = -1.5f;
    static final double NEGATIVE_DOUBLE = -2.25;
    static final String TEXT = "text \u0000 \uD800 \u4E2D\u6587";
    static final boolean YES = true;
    static final Class<?> KIND = Map.Entry.class;
    Map<String, List<Integer>> generic = new TreeMap<>();

    @Retention(RetentionPolicy.RUNTIME)
    @interface Mark {
        String name();
        int[] numbers() default {1, 2, -3};
        Class<?> kind() default String.class;
        Level level() default Level.HIGH;
    }

    enum Level { LOW, HIGH }

    interface Shape {
        double area();

        default String describe() {
            return "area " + area() + " " + unit();
        }

        static String unit() {
            return "m2";
        }
    }

    @Mark(name = "square")
    static class Square implements Shape {
        private final double side;

        Square(double side) {
            this.side = side;
        }

        @Override
        public double area() {
            return side * side;
        }
    }

    static final class Named extends Square {
        Named(double side) {
            super(side);
        }

        @Override
        public String describe() {
            return "named " + super.describe();
        }
    }

    class Inner {
        int value = NEGATIVE;

        class Deeper {
            int both() {
                return value + generic.size();
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        constants();
        arithmetic(7, -3, 1L << 40, -9L, 1.5f, -2.5);
        zeros(true);
        zeros(false);
        arrays();
        for (int i = -3; i < 8; i++) {
            System.out.println(i + " " + dense(i) + " " + sparse(i * 1000) + " " + text("k" + i));
        }
        for (int i = 0; i < 6; i++) {
            System.out.println("caught " + exceptions(i));
        }
        objects();
        reflection();
        lambdas(4);
        synchronised();
        System.out.println(recursive(15) + " " + loops(20) + " " + ternary(null) + " " + ternary("x"));
        System.out.println(nested(3, 0) + " " + nested(0, 1));
    }

    static void constants() {
        System.out.println(NEGATIVE + " " + NEGATIVE_LONG + " " + NEGATIVE_BYTE + " " + NEGATIVE_SHORT + " " + (int) LAST_CHAR);
        System.out.println(NEGATIVE_FLOAT + " " + NEGATIVE_DOUBLE + " " + TEXT.hashCode() + " " + TEXT.length() + " " + YES + " " + KIND);
        System.out.println(Float.NaN + " " + Float.MIN_VALUE + " " + -0.0f + " " + Double.MAX_VALUE + " " + -0.0 + " " + Long.MIN_VALUE);
        System.out.println(Integer.MIN_VALUE + " " + Integer.MAX_VALUE + " " + 32768 + " " + -32769 + " " + 128 + " " + -129);
    }

    static void arithmetic(int a, int b, long c, long d, float e, double f) {
        System.out.println((a + b) + " " + (a - b) + " " + (a * b) + " " + (a / b) + " " + (a % b) + " " + (a & b) + " " + (a | b)
            + " " + (a ^ b) + " " + (a << 3) + " " + (b >> 1) + " " + (b >>> 28) + " " + ~a + " " + -a);
        System.out.println((c + d) + " " + (c - d) + " " + (c * d) + " " + (c / d) + " " + (c % d) + " " + (c & d) + " " + (c | d)
            + " " + (c ^ d) + " " + (c << 3) + " " + (d >> 1) + " " + (d >>> 60) + " " + ~c + " " + -c);
        System.out.println((e + a) + " " + (e - 2) + " " + (e * e) + " " + (e / 3) + " " + (e % 0.4f) + " " + -e);
        System.out.println((f + a) + " " + (f - e) + " " + (f * f) + " " + (f / 3) + " " + (f % 0.4) + " " + -f);
        System.out.println((byte) 300 + a + " " + (char) (a + 60) + " " + (short) (a * 99999) + " " + (int) f + " " + (long) e
            + " " + (float) c + " " + (double) d + " " + (int) c + " " + (float) f + " " + (double) e + " " + (long) f + " " + (int) e);
        System.out.println((e < f) + " " + (e > Float.NaN) + " " + (f <= Double.NaN) + " " + (c > d) + " " + (e == e) + " " + (a >= b));
        System.out.println((10 - a) + " " + (a * 1000) + " " + (a / 2) + " " + (a % 2) + " " + (a & 0xFF) + " " + (a ^ 5) + " " + (b >>> 2));
    }

    /** The constant 0 is an int, a float, a long's half and null, and one register may be each in turn. */
    static void zeros(boolean flag) {
        int whole = 0;
        float part = 0;
        Object nothing = null;
        long big = 0;
        double wide = 0;
        if (flag) {
            whole = 3;
            part = 2.5f;
            nothing = "something";
            big = 9L;
            wide = 0.5;
        }
        System.out.println(whole + " " + part + " " + nothing + " " + big + " " + wide);
        String[] none = flag ? new String[] {"one"} : null;
        System.out.println(none == null ? "none" : none[0]);
        float[] floats = flag ? new float[] {0.25f} : null;
        try {
            System.out.println(floats[0]);
        } catch (NullPointerException problem) {
            System.out.println("null floats");
        }
    }

    static void arrays() {
        int[] table = {5, -4, 3, -2, 1, 0, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, -2147483648};
        byte[] bytes = {-128, -1, 0, 1, 127, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25};
        char[] chars = {'a', '\u0000', '\uFFFF', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
            's', 't', 'u', 'v', 'w', 'x'};
        long[] longs = {1, -1, Long.MIN_VALUE, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26};
        double[] doubles = {1.5, -0.0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26};
        float[] floats = {1.5f, -0.0f, 3, 4};
        short[] shorts = {-1, 2, -3};
        boolean[] flags = {true, false, true};
        int[][] grid = new int[3][4];
        grid[1][2] = 12;
        String[][] names = {{"a"}, {"b", "c"}};
        System.out.println(Arrays.toString(table) + Arrays.toString(bytes) + Arrays.hashCode(chars) + Arrays.toString(longs));
        System.out.println(Arrays.toString(doubles) + Arrays.toString(floats) + Arrays.toString(shorts) + Arrays.toString(flags));
        floats[1] += 2.5f;
        doubles[1] += floats[0];
        longs[0] <<= 33;
        bytes[0]--;
        chars[0]++;
        shorts[1] *= -400;
        flags[1] = !flags[0] || floats[1] > 2;
        System.out.println(floats[1] + " " + doubles[1] + " " + longs[0] + " " + bytes[0] + " " + chars[0] + " " + shorts[1] + flags[1]);
        System.out.println(Arrays.deepToString(grid) + names[1].length + names[1][1] + table.clone().length + new int[] {1, 2, 3}[1]);
    }

    static String dense(int i) {
        switch (i) {
            case 0: return "zero";
            case 1: return "one";
            case 2:
            case 3: return "few";
            case -1: return "minus";
            default: return "many";
        }
    }

    static int sparse(int i) {
        switch (i) {
            case -2000: return 1;
            case 0: return 2;
            case 5000: return 3;
            default: return 4;
        }
    }

    static String text(String key) {
        switch (key) {
            case "k1": return "first";
            case "k-1": return "negative";
            default: return "other";
        }
    }

    static String exceptions(int which) {
        StringBuilder log = new StringBuilder();
        Object seen = "start";
        int number = 1;
        try {
            number = 2;
            seen = which;
            switch (which) {
                case 0: throw new IllegalStateException("zero");
                case 1: seen = new int[-1]; break;
                case 2: seen = ((Object) "text") == null ? "" : (Integer) (Object) "text"; break;
                case 3: number = 1 / (which - 3); break;
                case 4: return log.append("returned ").append(number).toString();
                default: log.append("fine ");
            }
            number = 3;
        } catch (IllegalStateException | ArithmeticException problem) {
            log.append(problem.getClass().getSimpleName()).append(number).append(seen);
        } catch (RuntimeException problem) {
            log.append("runtime ").append(number).append(problem.getClass().getName());
        } finally {
            log.append(" finally ").append(number);
            System.out.println("in finally " + log);
        }
        return log.toString();
    }

    static void objects() {
        Shape plain = new Square(2);
        Shape named = new Named(3);
        System.out.println(plain.describe() + ", " + named.describe() + ", " + Shape.unit());
        List<Shape> all = new ArrayList<>();
        all.add(plain);
        all.add(named);
        double sum = 0;
        for (Shape shape : all) {
            sum += shape instanceof Named ? shape.area() : -shape.area();
        }
        System.out.println(sum);
        Sample sample = new Sample();
        sample.generic.put("k", new ArrayList<>(Arrays.asList(1, 2, 3)));
        Inner inner = sample.new Inner();
        System.out.println(inner.new Deeper().both() + " " + sample.generic);
        Runnable anonymous = new Runnable() {
            private final long started = 5;

            @Override
            public void run() {
                System.out.println("anonymous " + started + " " + getClass().getName());
            }
        };
        anonymous.run();
        System.out.println(Level.valueOf("LOW").compareTo(Level.HIGH) + Arrays.toString(Level.values()));
    }

    static void reflection() throws Exception {
        Field generic = Sample.class.getDeclaredField("generic");
        System.out.println(generic.getGenericType());
        Mark mark = Square.class.getAnnotation(Mark.class);
        System.out.println(mark.name() + Arrays.toString(mark.numbers()) + mark.kind() + mark.level());
        System.out.println(Square.class.getSimpleName() + Square.class.getDeclaringClass() + Arrays.toString(
            Sample.class.getDeclaredMethod("reflection").getExceptionTypes()));
        StackTraceElement here = new Throwable().getStackTrace()[0];
        System.out.println(here.getFileName() + ":" + here.getLineNumber() + " " + here.getMethodName());
    }

    /** dx writes these as invoke-custom. */
    static void lambdas(int given) {
        java.util.function.IntUnaryOperator add = x -> x + given;
        java.util.function.Supplier<List<String>> make = ArrayList::new;
        java.util.function.Function<Object, String> name = String::valueOf;
        List<String> list = make.get();
        list.add(name.apply(add.applyAsInt(38)));
        list.forEach(System.out::println);
    }

    private static int counter;

    static synchronized int next() {
        return ++counter;
    }

    static void synchronised() throws InterruptedException {
        final Object lock = new Object();
        Thread[] threads = new Thread[4];
        final int[] total = {0};
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread() {
                @Override
                public void run() {
                    for (int n = 0; n < 1000; n++) {
                        next();
                        synchronized (lock) {
                            total[0]++;
                        }
                    }
                }
            };
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        try {
            synchronized (lock) {
                throw new IllegalStateException();
            }
        } catch (IllegalStateException problem) {
            System.out.println(counter + " " + total[0] + " " + Thread.holdsLock(lock));
        }
    }

    static long recursive(int n) {
        return n < 2 ? n : recursive(n - 1) + recursive(n - 2);
    }

    static String loops(int limit) {
        StringBuilder out = new StringBuilder();
        outer:
        for (int i = 0; i < limit; i++) {
            for (long j = 0; j < i; j++) {
                if ((i + j) % 5 == 0) {
                    continue outer;
                }
                if (i * j > 40) {
                    break outer;
                }
                out.append(i ^ j).append(',');
            }
        }
        return out.toString();
    }

    static Object ternary(String given) {
        Comparable<?> either = given == null ? (Comparable<?>) Integer.valueOf(4) : given;
        return either;
    }

    static String nested(int a, int b) {
        String result = "none";
        try {
            try {
                result = "inner" + a / b;
            } finally {
                result += " cleaned";
            }
        } catch (ArithmeticException problem) {
            try {
                result += " again " + 1 / a;
            } catch (ArithmeticException second) {
                result += " twice";
            }
        }
        return result;
    }
}
