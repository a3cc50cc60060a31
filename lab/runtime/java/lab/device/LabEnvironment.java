package lab.device;

import android.app.ActivityThread;
import android.app.Application;
import android.app.Instrumentation;
import android.content.ComponentName;
import android.content.Context;
import android.content.res.Configuration;
import android.content.res.Resources;
import android.content.type.DefaultMimeMapFactory;
import android.graphics.Bitmap;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.util.DisplayMetrics;
import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.inject.Named;
import libcore.content.type.MimeMap;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.Bootstrap;
import org.robolectric.android.internal.AndroidTestEnvironment;
import org.robolectric.android.internal.LooperDelegatingScheduler;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.ConscryptMode;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.annotation.LooperMode;
import org.robolectric.annotation.SQLiteMode;
import org.robolectric.annotation.experimental.LazyApplication;
import org.robolectric.config.ConfigurationRegistry;
import org.robolectric.internal.ShadowProvider;
import org.robolectric.pluginapi.Sdk;
import org.robolectric.pluginapi.TestEnvironmentLifecyclePlugin;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowActivityThread;
import org.robolectric.shadows.ShadowActivityThread.ActivityThreadReflector;
import org.robolectric.shadows.ShadowApplication;
import org.robolectric.shadows.ShadowContextImpl.ContextImplReflector;
import org.robolectric.shadows.ShadowInstrumentation.InstrumentationReflector;
import org.robolectric.shadows.ShadowPausedLooper;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.TempDirectory;
import org.robolectric.util.reflector.Reflector;

/**
 * The framework before any package is known: what Zygote and ActivityThread.main have done on a phone by
 * the time a process waits for bindApplication.
 */
public class LabEnvironment extends AndroidTestEnvironment {
  private static final int SDK = 35;

  private final Path frameworkJar;

  public LabEnvironment(
      @Named("runtimeSdk") Sdk runtimeSdk,
      @Named("compileSdk") Sdk compileSdk,
      ShadowProvider[] shadowProviders,
      TestEnvironmentLifecyclePlugin[] lifecyclePlugins) {
    super(runtimeSdk, compileSdk, shadowProviders, lifecyclePlugins);
    frameworkJar = runtimeSdk.getJarPath();
  }

  /** Brings the framework up; `natives` is the folder of {@link NativeRuntime}. */
  void start(File natives, String qualifiers, Instrumentation instrumentation) {
    ConfigurationRegistry.instance = new ConfigurationRegistry(modes());
    new NativeRuntime(natives).ensureLoaded();
    RuntimeEnvironment.setTempDirectory(new TempDirectory("lab"));
    Configuration configuration = new Configuration();
    DisplayMetrics metrics = new DisplayMetrics();
    Bootstrap.applyQualifiers(qualifiers, SDK, configuration, metrics);
    configuration.fontScale = 1.0f;
    Bitmap.setDefaultDensity(metrics.densityDpi);
    Locale.setDefault(configuration.getLocales().get(0));
    ShadowPausedLooper.resetLoopers();
    RuntimeEnvironment.setMasterScheduler(new LooperDelegatingScheduler(Looper.getMainLooper()));
    initialise("android.net.Uri");
    RuntimeEnvironment.setAndroidFrameworkJarPath(frameworkJar);
    RuntimeEnvironment.setCompileTimeSystemResources(() -> frameworkJar);
    Bootstrap.setDisplayConfiguration(configuration, metrics);
    MimeMap.setDefaultSupplier(DefaultMimeMapFactory::create);
    startActivityThread(instrumentation);
    Bootstrap.setUpDisplay();
  }

  private static Map<Class<?>, Object> modes() {
    Map<Class<?>, Object> modes = new HashMap<>();
    modes.put(ConscryptMode.Mode.class, ConscryptMode.Mode.OFF);
    modes.put(LooperMode.Mode.class, LooperMode.Mode.PAUSED);
    modes.put(LazyApplication.LazyLoad.class, LazyApplication.LazyLoad.OFF);
    modes.put(GraphicsMode.Mode.class, GraphicsMode.Mode.NATIVE);
    modes.put(SQLiteMode.Mode.class, SQLiteMode.Mode.NATIVE);
    modes.put(Config.class, Config.Builder.defaults().build());
    return modes;
  }

  /** android.net.Uri first: its initialiser and that of Uri.Builder need each other. */
  private static void initialise(String name) {
    try {
      Class.forName(name, true, LabEnvironment.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void startActivityThread(Instrumentation instrumentation) {
    ActivityThread thread = ReflectionHelpers.callConstructor(ActivityThread.class);
    ReflectionHelpers.setStaticField(
        ActivityThread.class, "sMainThreadHandler", new Handler(Looper.getMainLooper()));
    ActivityThreadReflector reflector = Reflector.reflector(ActivityThreadReflector.class, thread);
    reflector.setInstrumentation(instrumentation);
    RuntimeEnvironment.setActivityThread(thread);
    Context systemContext = Reflector.reflector(ContextImplReflector.class).createSystemContext(thread);
    RuntimeEnvironment.systemContext = systemContext;
    // They ask the JVM's system loader, which knows another copy of the framework.
    ClassLoader framework = LabEnvironment.class.getClassLoader();
    ReflectionHelpers.setField(Resources.class, Resources.getSystem(), "mClassLoader", framework);
    ReflectionHelpers.setField(Resources.class, systemContext.getResources(), "mClassLoader", framework);
    Application placeholder = new Application();
    Reflector.reflector(InstrumentationReflector.class, instrumentation)
        .init(thread, placeholder, placeholder, new ComponentName("android", "lab"), null, null);
    reflector.setInitialApplication(placeholder);
    ShadowApplication shadow = Shadow.extract(placeholder);
    shadow.callAttach(systemContext);
    RuntimeEnvironment.application = placeholder;
    RuntimeEnvironment.setApplicationSupplier(() -> RuntimeEnvironment.application);
    instrumentation.onCreate(new Bundle());
    ShadowActivityThread shadowThread = Shadow.extract(thread);
    shadowThread.setCompatConfiguration(Bootstrap.getConfiguration());
  }
}
