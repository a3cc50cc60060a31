package example.splits.extras;

public final class Word {
    private Word() {}

    public static String get() {
        return "class of the feature";
    }
}
