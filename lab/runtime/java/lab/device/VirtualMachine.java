package lab.device;

import android.os.Build;
import java.io.File;

/**
 * The system properties by which apps and their libraries tell that they are on Android: as ART sets them (AOSP,
 * libcore/luni, java.lang.AndroidHardcodedSystemProperties).
 */
final class VirtualMachine {
  private static final String[] PROPERTIES = {
    "java.class.version", "50.0",
    "java.compiler", "",
    "java.runtime.name", "Android Runtime",
    "java.runtime.version", "0.9",
    "java.specification.name", "Dalvik Core Library",
    "java.specification.vendor", "The Android Project",
    "java.specification.version", "0.9",
    "java.vendor", "The Android Project",
    "java.vendor.url", "http://www.android.com/",
    "java.version", "0",
    "java.vm.name", "Dalvik",
    "java.vm.specification.name", "Dalvik Virtual Machine Specification",
    "java.vm.specification.vendor", "The Android Project",
    "java.vm.specification.version", "0.9",
    "java.vm.vendor", "The Android Project",
    "java.vm.version", "2.1.0",
    "os.arch", "aarch64",
    "user.home", "",
    "user.name", "root",
    "java.class.path", ".",
  };

  private VirtualMachine() {}

  /** `data`: the app's data folder, in whose cache its temporary files lie. */
  static void pretend(File data) {
    for (int i = 0; i < PROPERTIES.length; i += 2) {
      System.setProperty(PROPERTIES[i], PROPERTIES[i + 1]);
    }
    File cache = new File(data, "cache");
    cache.mkdirs();
    System.setProperty("java.io.tmpdir", cache.getPath());
    System.setProperty(
        "http.agent",
        "Dalvik/2.1.0 (Linux; U; Android " + Build.VERSION.RELEASE + "; " + Build.MODEL + " Build/" + Build.ID + ")");
  }
}
