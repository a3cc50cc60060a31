package example.shop;

import android.app.Application;
import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;

/** Starts in every process of the app; what starts before consent is the edition's choice. */
public final class ShopApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        Edition.onProcessStart(this, processName());
    }

    private String processName() {
        if (android.os.Build.VERSION.SDK_INT >= 28) {
            return Application.getProcessName();
        }
        try (BufferedReader reader = new BufferedReader(new FileReader("/proc/self/cmdline"))) {
            return reader.readLine().trim();
        } catch (IOException problem) {
            return getPackageName();
        }
    }
}
