package example.peers;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import java.lang.reflect.InvocationTargetException;

/** An activity that does what the extra "do" names, off the main thread, and says the outcome: NAME=VALUE or NAME!EXCEPTION. */
public abstract class Acts extends Activity {
    /** A class with a public method for each act. */
    protected abstract Object acts();

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        act(getIntent());
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        act(intent);
    }

    private void act(Intent intent) {
        final String name = intent.getStringExtra("do");
        if (name != null) {
            new Thread(new Runnable() {
                @Override
                public void run() {
                    carryOut(name);
                }
            }, "act").start();
        }
    }

    private void carryOut(String name) {
        try {
            Here.say(name + "=" + acts().getClass().getMethod(name).invoke(acts()));
        } catch (InvocationTargetException e) {
            Here.say(name + "!" + e.getCause());
        } catch (Exception e) {
            Here.say(name + "! no such act: " + e);
        }
    }
}
