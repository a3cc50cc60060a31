package com.android.webview.chromium;

/** Stands in for the class of the WebView package by which a page is given leave to see the place; none of its code. */
public class GeolocationPermissionsAdapter {
    public void allow(String origin) {
    }
}
