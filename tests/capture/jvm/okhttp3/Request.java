package okhttp3;

/** Plays OkHttp's class of this name: its fields alone. */
public final class Request {
    private final HttpUrl url;
    private final String method;

    public Request(String method, HttpUrl url) {
        this.method = method;
        this.url = url;
    }

    @Override
    public String toString() {
        throw new IllegalStateException("code of the app was run");
    }
}
