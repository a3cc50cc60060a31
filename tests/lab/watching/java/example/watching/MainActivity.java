package example.watching;

import android.app.Activity;
import android.os.Bundle;
import android.os.FileObserver;
import android.util.Log;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;

/** Says under the tag Probe what FileObserver tells of a file in a folder that is watched. */
public final class MainActivity extends Activity {
    private static final int SHOWN = FileObserver.CREATE | FileObserver.MODIFY | FileObserver.CLOSE_WRITE | FileObserver.DELETE
        | FileObserver.MOVED_FROM | FileObserver.MOVED_TO;

    private FileObserver folder;
    private FileObserver one;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        File letters = getDir("letters", MODE_PRIVATE);
        folder = new FileObserver(letters.getPath()) {
            @Override
            public void onEvent(int event, String path) {
                if ((event & SHOWN) != 0) {
                    Log.i("Probe", "folder " + (event & ALL_EVENTS) + " " + path);
                }
                if ((event & DELETE) != 0) {
                    stopWatching();
                    written(new File(getFilesDir(), "unseen"));
                    Log.i("Probe", "end");
                }
            }
        };
        folder.startWatching();
        File letter = written(new File(letters, "letter"));
        one = new FileObserver(letter.getPath(), FileObserver.CLOSE_WRITE) {
            @Override
            public void onEvent(int event, String path) {
                Log.i("Probe", "file " + event + " " + path);
            }
        };
        one.startWatching();
        written(letter);
        letter.renameTo(new File(letters, "sent"));
        new File(letters, "sent").delete();
    }

    private static File written(File file) {
        try (FileOutputStream out = new FileOutputStream(file)) {
            out.write(1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return file;
    }
}
