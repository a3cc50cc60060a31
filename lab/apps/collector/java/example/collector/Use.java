package example.collector;

import android.app.Activity;
import android.content.Context;
import android.net.Uri;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What many reads need. */
final class Use {
    private static final int SECONDS = 10;

    private Use() {
    }

    /** The service's manager; that there is none is an error, so that it cannot pass for an answer. */
    static <T> T service(Context context, Class<T> type) {
        T manager = context.getSystemService(type);
        if (manager == null) {
            throw new UnsupportedOperationException("no " + type.getSimpleName());
        }
        return manager;
    }

    /** Calls a method, public or not, of the object's class or one above it; `types` of its parameters. */
    static Object call(Object on, String name, Class<?>[] types, Object... arguments) throws Exception {
        return invoke(on.getClass(), on, name, types, arguments);
    }

    static Object callStatic(String className, String name, Class<?>[] types, Object... arguments) throws Exception {
        return invoke(Class.forName(className), null, name, types, arguments);
    }

    private static Object invoke(Class<?> type, Object on, String name, Class<?>[] types, Object... arguments) throws Exception {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            Method method;
            try {
                method = at.getDeclaredMethod(name, types);
            } catch (NoSuchMethodException above) {
                continue;
            }
            method.setAccessible(true);
            try {
                return method.invoke(on, arguments);
            } catch (InvocationTargetException thrown) {
                if (thrown.getCause() instanceof Exception) {
                    throw (Exception) thrown.getCause();
                }
                throw thrown;
            }
        }
        throw new NoSuchMethodException(name);
    }

    static Class<?>[] types(Class<?>... types) {
        return types;
    }

    static String firstLine(InputStream in) throws IOException {
        return firstLine(new InputStreamReader(in, "UTF-8"));
    }

    static String firstLine(Reader in) throws IOException {
        try (BufferedReader open = new BufferedReader(in)) {
            return open.readLine();
        }
    }

    /** Whether it came within a time that nothing should take. */
    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer");
        }
    }

    static Object query(Activity activity, String uri) {
        return activity.getContentResolver().query(Uri.parse(uri), null, null, null, null);
    }
}
