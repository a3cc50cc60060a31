package lab.device.shadows;

import lab.device.Inotify;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** The native half of FileObserver: the kernel's inotify, whose bits FileObserver's constants are. */
@Implements(className = "android.os.FileObserver$ObserverThread")
public class LabFileObserver {
  @RealObject private Object thread;

  @Implementation
  protected int init() {
    return Inotify.open();
  }

  @Implementation
  protected void observe(int descriptor) {
    if (descriptor < 0) {
      return;
    }
    Inotify.read(
        descriptor,
        (watch, mask, name) ->
            ReflectionHelpers.callInstanceMethod(
                thread,
                "onEvent",
                ClassParameter.from(int.class, watch),
                ClassParameter.from(int.class, mask),
                ClassParameter.from(String.class, name)));
  }

  @Implementation
  protected void startWatching(int descriptor, String[] paths, int mask, int[] watches) {
    for (int i = 0; i < paths.length; i++) {
      watches[i] = descriptor < 0 ? -1 : Inotify.add(descriptor, paths[i], mask);
    }
  }

  @Implementation
  protected void stopWatching(int descriptor, int[] watches) {
    for (int watch : watches) {
      if (watch >= 0) {
        Inotify.remove(descriptor, watch);
      }
    }
  }
}
