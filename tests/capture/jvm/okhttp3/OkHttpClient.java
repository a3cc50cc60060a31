package okhttp3;

/** Plays OkHttp's client. */
public class OkHttpClient {
    public Object newCall(Request request) {
        return request;
    }
}
