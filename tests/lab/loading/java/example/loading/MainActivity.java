package example.loading;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import dalvik.system.BaseDexClassLoader;
import dalvik.system.DexClassLoader;
import dalvik.system.DexFile;
import dalvik.system.InMemoryDexClassLoader;
import dalvik.system.PathClassLoader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.Callable;

/** Says under the tag Probe what each loader finds of the asset extra.dex. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        say("own", new Callable<Object>() {
            @Override
            public Object call() {
                return getClassLoader() instanceof PathClassLoader && getClassLoader() instanceof BaseDexClassLoader;
            }
        });
        say("dex", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                File optimised = getDir("optimised", MODE_PRIVATE);
                return word(new DexClassLoader(file("extra.dex").getPath(), optimised.getPath(), null, getClassLoader()));
            }
        });
        say("memory", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                return word(new InMemoryDexClassLoader(ByteBuffer.wrap(asset("extra.dex")), getClassLoader()));
            }
        });
        say("orphan", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                return word(new PathClassLoader(file("extra.dex").getPath(), null));
            }
        });
        say("apk", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                ClassLoader again = new PathClassLoader(getPackageCodePath(), ClassLoader.getSystemClassLoader());
                Class<?> other = again.loadClass(MainActivity.class.getName());
                return other != MainActivity.class && other.getClassLoader() == again;
            }
        });
        say("entries", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                return Collections.list(DexFile.loadDex(file("extra.dex").getPath(), null, 0).entries());
            }
        });
        say("broken", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                return word(new DexClassLoader(file("broken.dex").getPath(), null, null, getClassLoader()));
            }
        });
        say("missing", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                return word(new DexClassLoader("/data/nothing.dex", null, null, getClassLoader()));
            }
        });
        say("deleted", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                File file = file("extra.dex");
                DexFile dex = DexFile.loadDex(file.getPath(), null, 0);
                file.delete();
                Class<?> mine = dex.loadClass("extra.Extra", getClassLoader());
                return mine.getMethod("word").invoke(null) + " " + (mine.getClassLoader() == getClassLoader())
                    + " " + (mine == dex.loadClass("extra/Extra", getClassLoader())) + " " + dex.loadClass("extra.None", getClassLoader());
            }
        });
        say("merged", new Callable<Object>() {
            @Override
            public Object call() throws Exception {
                Object[] theirs = elements(new InMemoryDexClassLoader(ByteBuffer.wrap(asset("more.dex")), getClassLoader()));
                Object[] mine = elements(getClassLoader());
                Object[] all = Arrays.copyOf(mine, mine.length + theirs.length);
                System.arraycopy(theirs, 0, all, mine.length, theirs.length);
                field(list(getClassLoader()).getClass(), "dexElements").set(list(getClassLoader()), all);
                Class<?> found = getClassLoader().loadClass("more.More");
                return found.getMethod("word").invoke(null) + " " + (found.getClassLoader() == getClassLoader()) + " " + mine.length
                    + " " + MainActivity.class.getClassLoader().loadClass(MainActivity.class.getName()).equals(MainActivity.class);
            }
        });
        Log.i("Probe", "end");
    }

    private static Object list(ClassLoader loader) throws Exception {
        return field(BaseDexClassLoader.class, "pathList").get(loader);
    }

    private static Object[] elements(ClassLoader loader) throws Exception {
        return (Object[]) field(list(loader).getClass(), "dexElements").get(list(loader));
    }

    private static Field field(Class<?> owner, String name) throws Exception {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static Object word(ClassLoader loader) throws Exception {
        return loader.loadClass("extra.Extra").getMethod("word").invoke(null);
    }

    private byte[] asset(String name) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = getAssets().open(name);
        for (int one = in.read(); one >= 0; one = in.read()) {
            all.write(one);
        }
        return all.toByteArray();
    }

    private File file(String name) throws Exception {
        File file = new File(getCodeCacheDir(), name);
        FileOutputStream out = new FileOutputStream(file);
        out.write(asset(name));
        out.close();
        return file;
    }

    private static void say(String name, Callable<Object> reading) {
        try {
            Log.i("Probe", name + "=" + reading.call());
        } catch (Exception e) {
            Log.i("Probe", name + "!" + e.getClass().getSimpleName());
        }
    }
}
