package example.services;

import android.content.Context;
import android.content.Intent;
import android.util.Log;

/** Looks for what is named: a static method (Context, Intent) of one of the classes below. */
final class Acts {
    private static final Class<?>[] CLASSES = {MediaActs.class, JobActs.class, AlarmActs.class, ServiceActs.class, NoticeActs.class,
        WorldActs.class, SenseActs.class, KeyActs.class, CameraActs.class, SoundActs.class, DownloadActs.class, FingerActs.class};

    private Acts() {}

    static void say(String text) {
        Log.i("Services", text);
    }

    static void perform(Context context, Intent intent) {
        String name = intent.getStringExtra("do");
        if (name == null) {
            say("opened " + intent.getStringExtra("word"));
            return;
        }
        for (Class<?> one : CLASSES) {
            try {
                one.getDeclaredMethod(name, Context.class, Intent.class).invoke(null, context, intent);
                Log.i("ServicesDone", name);
                return;
            } catch (NoSuchMethodException e) {
                continue;
            } catch (java.lang.reflect.InvocationTargetException e) {
                say(name + " threw " + e.getCause().getClass().getName() + ": " + e.getCause().getMessage());
                Log.i("ServicesTrace", name, e.getCause());
                Log.i("ServicesDone", name);
                return;
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        say("no act " + name);
    }
}
