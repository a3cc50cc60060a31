package lab.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.robolectric.android.AndroidSdkShadowMatcher;
import org.robolectric.annotation.ResourcesMode;
import org.robolectric.annotation.SQLiteMode;
import org.robolectric.interceptors.AndroidInterceptors;
import org.robolectric.internal.AndroidSandbox;
import org.robolectric.internal.AndroidSandbox.TestEnvironmentSpec;
import org.robolectric.internal.SandboxManager;
import org.robolectric.internal.bytecode.ClassHandlerBuilder;
import org.robolectric.internal.bytecode.InstrumentationConfiguration;
import org.robolectric.internal.bytecode.Interceptor;
import org.robolectric.internal.bytecode.Interceptors;
import org.robolectric.internal.bytecode.MethodRef;
import org.robolectric.internal.bytecode.ShadowMap;
import org.robolectric.internal.bytecode.ShadowProviders;
import org.robolectric.pluginapi.Sdk;
import org.robolectric.pluginapi.SdkProvider;
import org.robolectric.util.inject.Injector;

/** Puts a Robolectric sandbox of Android 15 together, without JUnit. */
final class SandboxAssembly {
  private static final int SDK = 35;

  private static final String[] STAY_OUTSIDE = {
    "lab.boot.", "org.bouncycastle.", "org.conscrypt.", "org.objectweb.asm", "org.robolectric.manifest.",
    "org.robolectric.res.", "org.w3c.", "org.xml."
  };

  private static final String[] FRAMEWORK = {
    "dalvik.", "libcore.", "android.", "com.android.internal.", "org.apache.http.",
    "org.ccil.cowan.tagsoup.", "org.kxml2."
  };

  private SandboxAssembly() {}

  static AndroidSandbox build() {
    Injector injector =
        new Injector.Builder()
            .bind(Properties.class, System.getProperties())
            .bind(TestEnvironmentSpec.class, new TestEnvironmentSpec(environment()))
            .build();
    Sdk sdk = sdk(injector);
    Interceptors interceptors = new Interceptors(interceptors());
    AndroidSandbox sandbox =
        injector
            .getInstance(SandboxManager.SandboxBuilder.class)
            .build(
                configuration(interceptors), sdk, sdk, ResourcesMode.Mode.BINARY, SQLiteMode.Mode.NATIVE);
    ShadowMap shadows = injector.getInstance(ShadowProviders.class).getBaseShadowMap();
    sandbox.replaceShadowMap(shadows);
    sandbox.configure(
        injector
            .getInstance(ClassHandlerBuilder.class)
            .build(shadows, new AndroidSdkShadowMatcher(SDK), interceptors),
        interceptors);
    return sandbox;
  }

  @SuppressWarnings("unchecked")
  private static Class<? extends org.robolectric.android.internal.AndroidTestEnvironment> environment() {
    try {
      return (Class<? extends org.robolectric.android.internal.AndroidTestEnvironment>)
          Class.forName("lab.device.LabEnvironment", false, SandboxAssembly.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Sdk sdk(Injector injector) {
    for (Sdk sdk : injector.getInstance(SdkProvider.class).getSdks()) {
      if (sdk.getApiLevel() == SDK) {
        return sdk;
      }
    }
    throw new IllegalStateException("no SDK " + SDK);
  }

  /** Robolectric's, but for the wall clock, which is the host's here. */
  private static List<Interceptor> interceptors() {
    List<Interceptor> all = new ArrayList<>();
    all.add(new WallClock());
    for (Interceptor interceptor : AndroidInterceptors.all()) {
      if (!(interceptor instanceof AndroidInterceptors.SystemTimeInterceptor)) {
        all.add(interceptor);
      }
    }
    return all;
  }

  private static InstrumentationConfiguration configuration(Interceptors interceptors) {
    InstrumentationConfiguration.Builder builder = InstrumentationConfiguration.newBuilder();
    for (MethodRef method : interceptors.getAllMethodRefs()) {
      builder.addInterceptedMethod(method);
    }
    for (String name : STAY_OUTSIDE) {
      builder.doNotAcquirePackage(name);
    }
    for (String name : FRAMEWORK) {
      builder.addInstrumentedPackage(name);
    }
    builder
        .doNotAcquireClass("org.robolectric.shadow.api.ShadowPicker")
        .doNotInstrumentPackage("android.R")
        // Instrumented, its constructor asks for an array of negative size.
        .doNotInstrumentClass("android.app.RecoverableSecurityException")
        .addClassNameTranslation(
            "java.net.ExtendedResponseCache", "org.robolectric.fakes.RoboExtendedResponseCache")
        .addClassNameTranslation("java.net.ResponseSource", "org.robolectric.fakes.RoboResponseSource")
        .addClassNameTranslation("java.nio.charset.Charsets", "java.nio.charset.StandardCharsets")
        .addClassNameTranslation("java.lang.UnsafeByteSequence", "java.lang.Object")
        .addClassNameTranslation("java.util.jar.StrictJarFile", "java.lang.Object")
        .addClassNameTranslation("sun.misc.Cleaner", "java.lang.ref.Cleaner$Cleanable");
    return builder.build();
  }
}
