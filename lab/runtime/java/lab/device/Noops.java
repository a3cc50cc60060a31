package lab.device;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Methods that rightly do nothing on the lab device, with the reason: that one of them is called is no want.
 *
 * <p>A key that ends in a dot stands for every method of that class.
 */
public final class Noops {
  private static final Map<String, String> WHY = new LinkedHashMap<>();

  private Noops() {}

  /** The reason; null if the method is none of these. */
  public static String why(String method) {
    String own = WHY.get(method);
    return own != null ? own : WHY.get(method.substring(0, method.lastIndexOf('.') + 1));
  }

  private static void add(String why, String... methods) {
    for (String method : methods) {
      WHY.put(method, why);
    }
  }

  static {
    add(
        "it tells Android's garbage collector of memory outside of its heap; the JVM's has its own way",
        "dalvik.system.VMRuntime.registerNativeAllocation",
        "dalvik.system.VMRuntime.registerNativeFree",
        "dalvik.system.VMRuntime.notifyNativeAllocationsInternal");
    add("nobody traces the device, and an app cannot tell", "android.os.Trace.");
    add(
        "the daemon carries binders and parcels between processes: there is no kernel's side of them to be told",
        "android.os.Binder.flushPendingCommands",
        "android.os.Binder.getNativeBBinderHolder",
        "android.os.Binder.setThreadStrictModePolicy",
        "android.os.Binder.isDirectlyHandlingTransactionNative",
        "android.os.Parcel.nativeMarkForBinder",
        "android.os.Parcel.nativeSignalExceptionForError",
        "android.os.Parcel.nativePushAllowFds",
        "android.os.Parcel.nativeRestoreAllowFds",
        "android.os.Parcel.nativeHasFileDescriptors");
    add(
        "windows are drawn, and touched, by the lab's own means; no compositor is told of them",
        "android.view.SurfaceSession.nativeCreate",
        "android.view.SurfaceControl.nativeCreateTransaction",
        "android.view.InputEventReceiver.nativeInit",
        "android.app.IActivityManager.setRenderThread");
    add(
        "each is one of hundreds: that nothing drawn by OpenGL is seen is one thing, and told as one",
        "android.opengl.GLES10.",
        "android.opengl.GLES10Ext.",
        "android.opengl.GLES11.",
        "android.opengl.GLES11Ext.",
        "android.opengl.GLES20.",
        "android.opengl.GLES30.",
        "android.opengl.GLES31.",
        "android.opengl.GLES31Ext.",
        "android.opengl.GLES32.",
        "android.opengl.GLUtils.");
    add("loopers sleep and wake by their shadow's own means", "android.os.MessageQueue.nativeInit");
    add("no debugger is connected", "dalvik.system.VMDebug.isDebuggerConnected");
    add("its shadow computes what the native part would", "android.view.VelocityTracker.nativeInitialize");
    add("it only serves developers' tools that explain an attribute", "android.content.res.AssetManager.nativeGetParentThemeIdentifier");
    add("an app's files lie where no other app can look, whatever their mode", "libcore.io.Linux.chmod");
    add(
        "nothing shows the recent tasks by their name and colour",
        "android.app.IActivityClientController.setTaskDescription");
    add("no law makes the cameras of the lab click, and no sound is played", "android.media.IAudioService.isCameraSoundForced");
    add("the phone has no hinge, by which the cameras would look another way", "system service device_state");
    add("nothing records what the device itself plays", "android.media.IAudioService.forceRemoteSubmixFullVolume");
    add("toasts ask it whether somebody needs them longer; nobody does", "system service accessibility");
    add(
        "no assistant and no form filler is chosen, as on a new phone, so there is nobody to tell",
        "com.android.internal.app.IVoiceInteractionManagerService.notifyActivityEventChanged",
        "system service autofill");
  }
}
