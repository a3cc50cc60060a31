package com.android.volley;

/** Plays Volley's queue. */
public class RequestQueue {
    public Request add(Request request) {
        return request;
    }
}
