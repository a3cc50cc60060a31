package com.tencent.smtt.sdk;

/** Stands in for the web view's class of that name: an invented answer, none of its code. */
public class CookieManager {
    public String getCookie(String url) {
        return "session=9c41invented";
    }
}
