package lab.device.shadows;

import android.content.ContentProvider;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowContentProvider;

/** Whose package asks a provider from another process: as the daemon says, of each thread its own. */
@Implements(ContentProvider.class)
public class LabContentProvider extends ShadowContentProvider {
  private static final ThreadLocal<String> CALLER = new ThreadLocal<>();

  /** Null: nobody from another process. */
  public static void setCaller(String packageName) {
    if (packageName == null) {
      CALLER.remove();
    } else {
      CALLER.set(packageName);
    }
  }

  @Override
  @Implementation
  protected String getCallingPackage() {
    String caller = CALLER.get();
    return caller == null ? super.getCallingPackage() : caller;
  }

  @Implementation
  protected String getCallingPackageUnchecked() {
    return getCallingPackage();
  }
}
