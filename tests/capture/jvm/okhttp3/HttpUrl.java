package okhttp3;

/** Plays OkHttp's class of this name: its fields alone. */
public final class HttpUrl {
    private final String url;

    public HttpUrl(String url) {
        this.url = url;
    }

    @Override
    public String toString() {
        throw new IllegalStateException("code of the app was run");
    }
}
