package android.provider;

import android.content.ContentResolver;

public final class Settings {
    public static final class Secure {
        public static String getString(ContentResolver resolver, String name) {
            return name.equals("android_id") ? "9f2ce1b7a4d80356" : "1";
        }
    }
}
