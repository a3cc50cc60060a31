package victim;

/** Plain classes whose dex the tests of hostile dex files change byte by byte. */
public class Victim {
    static class One { }

    static class Two { }

    static class Three extends Two { }

    interface Four { }

    interface Five extends Four { }

    static void first() { }

    static void second() { }

    static String text() {
        return "text-to-be-changed";
    }

    public static void main(String[] arguments) {
        System.out.println("still here");
    }
}
