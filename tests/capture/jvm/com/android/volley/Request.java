package com.android.volley;

/** Plays Volley's class of this name; apps make subclasses of it. */
public abstract class Request {
    private final int mMethod;
    private final String mUrl;

    public Request(int method, String url) {
        mMethod = method;
        mUrl = url;
    }
}
