package lab.device;

import java.io.File;
import java.util.Locale;
import android.graphics.Typeface;
import android.text.Hyphenator;
import org.robolectric.nativeruntime.DefaultNativeRuntimeLoader;

/**
 * Robolectric's native graphics and SQLite, loaded from a folder in which the host has unpacked them
 * once (harness/lab/runtime.py), where Robolectric would unpack 200 MB at each start.
 *
 * <p>The folder holds the library itself and the folders fonts, hyphen-data and icu.
 */
final class NativeRuntime extends DefaultNativeRuntimeLoader {
  private final File folder;

  NativeRuntime(File folder) {
    this.folder = folder;
  }

  @Override
  public synchronized void ensureLoaded() {
    if (loaded.getAndSet(true)) {
      return;
    }
    System.setProperty("robolectric.nativeruntime.fontdir", new File(folder, "fonts") + File.separator);
    System.setProperty("icu.data.path", icuData().getPath());
    System.setProperty("icu.locale.default", Locale.getDefault().toLanguageTag());
    System.setProperty("core_native_classes", String.join(",", getCoreClassNatives()));
    System.setProperty("graphics_native_classes", String.join(",", getGraphicsNatives()));
    System.setProperty("method_binding_format", METHOD_BINDING_FORMAT);
    System.load(new File(folder, libraryName()).getPath());
    invokeDeferredStaticInitializers();
    setNativeSystemProperty("ro.hyphen.data.dir", new File(folder, "hyphen-data").getPath());
    Typeface.loadPreinstalledSystemFontMap();
    Hyphenator.init();
  }

  private File icuData() {
    File[] files = new File(folder, "icu").listFiles((parent, name) -> name.endsWith(".dat"));
    if (files == null || files.length != 1) {
      throw new IllegalStateException("no single ICU data file in " + folder);
    }
    return files[0];
  }
}
