package lab.device;

import android.app.ActivityThread;
import android.app.AppComponentFactory;
import android.app.Application;
import android.app.Instrumentation;
import android.app.LoadedApk;
import android.content.ContentProvider;
import android.content.Context;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.PackageParser;
import android.content.pm.ProviderInfo;
import android.content.res.CompatibilityInfo;
import android.content.res.Configuration;
import android.content.res.Resources;
import android.os.Build;
import android.os.Process;
import android.provider.FontsContract;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lab.boot.FrameworkLoader;
import lab.boot.Platform;
import lab.device.shadows.LabStorage;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.Bootstrap;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowActivityThread;
import org.robolectric.shadows.ShadowActivityThread.ActivityThreadReflector;
import org.robolectric.shadows.ShadowActivityThread.AppBindDataReflector;
import org.robolectric.shadows.ShadowApplication;
import org.robolectric.shadows.ShadowContextImpl.ContextImplReflector;
import org.robolectric.shadows.ShadowLoadedApk.LoadedApkReflector;
import org.robolectric.shadows.ShadowPackageManager;
import org.robolectric.shadows.ShadowPackageParser;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.reflector.Reflector;

/**
 * The app in this process, as ActivityThread.handleBindApplication sets it up, in two parts: the
 * constructor does what runs no code of the app, {@link #run} the rest.
 */
public final class BoundApp {
  private static final String LEGACY_HTTP = "org.apache.http.legacy";

  private final String packageName;
  private final String processName;
  private final ApplicationInfo info;
  private final PackageParser.Package parsed;
  private final AppLoader loader;
  private final LoadedApk loadedApk;
  private final Context context;
  private AppComponentFactory factory;
  private Application application;

  BoundApp(Map<String, Object> arguments) throws IOException {
    packageName = (String) arguments.get("package");
    String process = (String) arguments.get("process");
    processName = process == null ? packageName : process;
    LabStorage.show((String) arguments.get("external"));
    List<String> apks = texts(arguments.get("apks"));
    Path base = Path.of(apks.get(0));
    // A folder is parsed as the package that its base and splits make up.
    parsed = ShadowPackageParser.callParsePackage(apks.size() == 1 ? base : base.getParent());
    info = parsed.applicationInfo;
    FrameworkLoader framework = (FrameworkLoader) BoundApp.class.getClassLoader();
    String libraries = (String) arguments.get("libraries");
    String abi = (String) arguments.get("abi");
    loader = new AppLoader(framework, texts(arguments.get("classes")), apks, libraries, takesLegacyHttp());
    String data = (String) arguments.get("data");
    NativeLibraries nativeCode = new NativeLibraries(processName, data, libraries, abi == null || abi.contains("64"));
    Platform.set(framework, info.targetSdkVersion, nativeCode);
    fill(info, apks, new File(data));
    info.primaryCpuAbi = abi;
    if (libraries != null) {
      info.nativeLibraryDir = libraries;
      info.nativeLibraryRootDir = new File(libraries).getParent();
    }

    ActivityThread thread = (ActivityThread) RuntimeEnvironment.getActivityThread();
    ShadowActivityThread.setApplicationInfo(info);
    Configuration configuration = Bootstrap.getConfiguration();
    thread.applyConfigurationToResources(configuration);
    Object bindData = ReflectionHelpers.callConstructor(hidden("android.app.ActivityThread$AppBindData"));
    AppBindDataReflector reflector = Reflector.reflector(AppBindDataReflector.class, bindData);
    reflector.setProcessName(processName);
    reflector.setAppInfo(info);
    Reflector.reflector(ActivityThreadReflector.class, thread).setBoundApplication(bindData);
    loadedApk = thread.getPackageInfo(info, CompatibilityInfo.DEFAULT_COMPATIBILITY_INFO, Context.CONTEXT_INCLUDE_CODE);
    ReflectionHelpers.setField(bindData, "info", loadedApk);
    context = Reflector.reflector(ContextImplReflector.class).createAppContext(thread, loadedApk);
    Reflector.reflector(ContextImplReflector.class, context).setClassLoader(loader);
    ShadowPackageManager packages = Shadow.extract(context.getPackageManager());
    leaveTheSystems(parsed, context.getPackageManager());
    System.setProperty("robolectric.allowPlatformPermissions", "true"); // else no name of Android's may be declared
    packages.addPackageInternal(parsed);
    System.clearProperty("robolectric.allowPlatformPermissions");
    List<?> installed = (List<?>) arguments.get("installed_ms");
    if (installed != null) {
      PackageInfo told = packages.getInternalMutablePackageInfo(packageName);
      told.firstInstallTime = ((Number) installed.get(0)).longValue();
      told.lastUpdateTime = ((Number) installed.get(1)).longValue();
    }
  }

  /** A permission that the system defines stays the system's when an app declares it once more. */
  private static void leaveTheSystems(PackageParser.Package parsed, PackageManager packages) {
    parsed.permissions.removeIf(declared -> isKnown(() -> packages.getPermissionInfo(declared.info.name, 0)));
    parsed.permissionGroups.removeIf(declared -> isKnown(() -> packages.getPermissionGroupInfo(declared.info.name, 0)));
  }

  private static boolean isKnown(Callable<?> asked) {
    try {
      return asked.call() != null;
    } catch (Exception unknown) {
      return false;
    }
  }

  /** App code from here on: factory, Application, providers, Application.onCreate. */
  void run() throws ReflectiveOperationException {
    Thread.currentThread().setContextClassLoader(loader);
    factory = newFactory();
    Reflector.reflector(LoadedApkReflector.class, loadedApk).setAppFactory(factory);
    String name = info.className == null ? "android.app.Application" : info.className;
    application = factory.instantiateApplication(loader, name);
    RuntimeEnvironment.application = application;
    RuntimeEnvironment.setConfiguredApplicationClass(application.getClass());
    ActivityThread thread = (ActivityThread) RuntimeEnvironment.getActivityThread();
    Reflector.reflector(ActivityThreadReflector.class, thread).setInitialApplication(application);
    Reflector.reflector(ContextImplReflector.class, context).setOuterContext(application);
    LoadedApkReflector apk = Reflector.reflector(LoadedApkReflector.class, loadedApk);
    apk.setApplication(application);
    Shadow.<ShadowApplication>extract(application).callAttach(context);
    Resources resources = application.getResources();
    apk.setResources(resources);
    resources.updateConfiguration(Bootstrap.getConfiguration(), Bootstrap.getDisplayMetrics());
    FontsContract.setApplicationContextForResources(application);
    Instrumentation instrumentation = thread.getInstrumentation();
    createProviders();
    instrumentation.callApplicationOnCreate(application);
  }

  private AppComponentFactory newFactory() {
    String name = info.appComponentFactory;
    if (name == null) {
      return new AppComponentFactory();
    }
    try {
      String full = name.startsWith(".") ? packageName + name : name;
      return (AppComponentFactory) loader.loadClass(full).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      // As LoadedApk does: an APK without its factory (shrunk away) runs with the default one.
      DeviceMain.log("E", "LoadedApk", "Unable to instantiate appComponentFactory: " + e);
      return new AppComponentFactory();
    }
  }

  /** The highest initOrder first, before Application.onCreate, only those of this process. */
  private void createProviders() throws ReflectiveOperationException {
    List<ProviderInfo> infos = new ArrayList<>();
    for (PackageParser.Provider provider : parsed.providers) {
      ProviderInfo one = provider.info;
      String process = one.processName == null ? packageName : one.processName;
      if (process.equals(processName) && one.enabled && one.authority != null) {
        one.applicationInfo = info;
        infos.add(one);
      }
    }
    infos.sort((left, right) -> Integer.compare(right.initOrder, left.initOrder));
    for (ProviderInfo one : infos) {
      ContentProvider provider = factory.instantiateProvider(loader, one.name);
      provider.attachInfo(application, one);
      for (String authority : one.authority.split(";")) {
        DeviceMain.providers().add(authority, provider);
      }
    }
  }

  private static List<String> texts(Object list) {
    List<String> texts = new ArrayList<>();
    for (Object one : (List<?>) list) {
      texts.add((String) one);
    }
    return texts;
  }

  private void fill(ApplicationInfo info, List<String> apks, File data) {
    info.uid = Process.myUid();
    info.sourceDir = apks.get(0);
    info.publicSourceDir = info.sourceDir;
    if (apks.size() > 1) {
      info.splitNames = parsed.splitNames;
      info.splitSourceDirs = apks.subList(1, apks.size()).toArray(new String[0]);
      info.splitPublicSourceDirs = info.splitSourceDirs;
      // All splits are loaded at once, also those of an app that would have each loaded apart.
      info.privateFlags &= ~ApplicationInfo.PRIVATE_FLAG_ISOLATED_SPLIT_LOADING;
    }
    info.processName = info.processName == null ? packageName : info.processName;
    info.dataDir = data.getPath();
    info.credentialProtectedDataDir = data.getPath();
    info.deviceProtectedDataDir = new File(data.getParentFile(), data.getName() + "_de").getPath();
    info.nativeLibraryDir = new File(data, "lib").getPath();
    data.mkdirs();
    new File(info.deviceProtectedDataDir).mkdirs();
  }

  /** Apps that target Android 8.1 or less have it unasked (Android 9 behaviour changes). */
  private boolean takesLegacyHttp() {
    return info.targetSdkVersion < Build.VERSION_CODES.P
        || parsed.usesLibraries != null && parsed.usesLibraries.contains(LEGACY_HTTP)
        || parsed.usesOptionalLibraries != null && parsed.usesOptionalLibraries.contains(LEGACY_HTTP);
  }

  private static Class<?> hidden(String name) {
    return ReflectionHelpers.loadClass(BoundApp.class.getClassLoader(), name);
  }

  public AppLoader loader() {
    return loader;
  }

  public AppComponentFactory componentFactory() {
    return factory;
  }

  public Application application() {
    return application;
  }

  public Context context() {
    return context;
  }

  public PackageParser.Package parsed() {
    return parsed;
  }

  public String packageName() {
    return packageName;
  }

  public String processName() {
    return processName;
  }
}
