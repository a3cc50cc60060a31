package com.example.shop;

/** The door to native_app.c. */
final class Native {
    private Native() {
    }

    static native int reads(int times);

    static native int opens(int there);

    static native int forks(int times);

    static native void throwing();
}
