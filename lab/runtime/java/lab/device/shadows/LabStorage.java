package lab.device.shadows;

import android.Manifest;
import android.app.ActivityThread;
import android.content.pm.PackageManager;
import android.os.Environment;
import java.io.File;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowEnvironment;

/** The shared storage: mounted, emulated, and of it this app's own folder, which its processes have in common. */
@Implements(Environment.class)
public class LabStorage extends ShadowEnvironment {
  private static volatile File own = new File("/storage/emulated/0/Android/data/none");

  /** Null for an isolated process, which sees none. */
  public static void show(String folder) {
    if (folder != null) {
      own = new File(folder);
    }
  }

  /** Android/data/PACKAGE. */
  static File own() {
    return own;
  }

  private static File top() {
    return own.getParentFile().getParentFile().getParentFile();
  }

  private static boolean isBelow(File path) {
    return path.toPath().toAbsolutePath().normalize().startsWith(top().toPath());
  }

  @Implementation
  protected static File getStorageDirectory() {
    return new File("/storage");
  }

  @Implementation
  protected static File getExternalStorageDirectory() {
    return top();
  }

  @Implementation
  protected static File getExternalStoragePublicDirectory(String type) {
    return type == null ? top() : new File(top(), type);
  }

  @Implementation
  protected static String getExternalStorageState() {
    return Environment.MEDIA_MOUNTED;
  }

  @Implementation
  protected static String getExternalStorageState(File path) {
    return isBelow(path) ? Environment.MEDIA_MOUNTED : Environment.MEDIA_UNKNOWN;
  }

  @Implementation
  protected static String getStorageState(File path) {
    return getExternalStorageState(path);
  }

  @Implementation
  protected static boolean isExternalStorageEmulated() {
    return true;
  }

  @Implementation
  protected static boolean isExternalStorageEmulated(File path) {
    return isBelow(path);
  }

  @Implementation
  protected static boolean isExternalStorageRemovable() {
    return false;
  }

  @Implementation
  protected static boolean isExternalStorageRemovable(File path) {
    return false;
  }

  @Implementation
  protected static boolean isExternalStorageManager() {
    return isExternalStorageManager(top());
  }

  /** Given by the user on a page of the settings; the lab device has no such page. */
  @Implementation
  protected static boolean isExternalStorageManager(File path) {
    return ActivityThread.currentApplication().checkSelfPermission(Manifest.permission.MANAGE_EXTERNAL_STORAGE)
        == PackageManager.PERMISSION_GRANTED;
  }
}
