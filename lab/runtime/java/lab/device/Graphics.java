package lab.device;

import java.util.concurrent.atomic.AtomicBoolean;
import javax.microedition.khronos.egl.EGL10;
import javax.microedition.khronos.egl.EGLConfig;
import javax.microedition.khronos.egl.EGLContext;
import javax.microedition.khronos.egl.EGLDisplay;
import javax.microedition.khronos.egl.EGLSurface;
import javax.microedition.khronos.opengles.GL10;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/**
 * EGL without a graphics processor: displays, contexts and surfaces are made and are current, so that an app's drawing
 * thread runs as on a phone. What it draws is not seen, which is told once.
 */
public final class Graphics {
  private static final long HANDLE = 1;
  private static final long FRAME_MS = 16;
  /** Red, green, blue, alpha, depth and stencil bits of each configuration; its handle is its place here. */
  private static final int[][] CONFIGURATIONS = {{8, 8, 8, 8, 24, 8}, {8, 8, 8, 0, 24, 8}, {5, 6, 5, 0, 24, 8}, {8, 8, 8, 8, 16, 0}, {5, 6, 5, 0, 16, 0}};
  private static final int[] ATTRIBUTES = {
    EGL10.EGL_RED_SIZE, EGL10.EGL_GREEN_SIZE, EGL10.EGL_BLUE_SIZE, EGL10.EGL_ALPHA_SIZE, EGL10.EGL_DEPTH_SIZE,
    EGL10.EGL_STENCIL_SIZE,
  };
  private static final AtomicBoolean told = new AtomicBoolean();

  private Graphics() {}

  public static boolean eglInitialize(EGLDisplay display, int[] version) {
    if (version != null && version.length > 1) {
      version[0] = 1;
      version[1] = 4;
    }
    return true;
  }

  public static boolean eglChooseConfig(EGLDisplay display, int[] wanted, EGLConfig[] configs, int size, int[] count) {
    return eglGetConfigs(display, configs, size, count);
  }

  public static boolean eglGetConfigs(EGLDisplay display, EGLConfig[] configs, int size, int[] count) {
    int given = configs == null ? CONFIGURATIONS.length : Math.min(Math.min(size, configs.length), CONFIGURATIONS.length);
    for (int i = 0; configs != null && i < given; i++) {
      configs[i] =
          (EGLConfig)
              ReflectionHelpers.callConstructor(
                  ReflectionHelpers.loadClass(Graphics.class.getClassLoader(), "com.google.android.gles_jni.EGLConfigImpl"),
                  ClassParameter.from(long.class, (long) i));
    }
    if (count != null) {
      count[0] = given;
    }
    return true;
  }

  public static boolean eglGetConfigAttrib(EGLDisplay display, EGLConfig config, int attribute, int[] value) {
    long which = ReflectionHelpers.getField(config, "mEGLConfig");
    value[0] = attribute == EGL10.EGL_CONFIG_ID ? (int) which + 1 : 0;
    for (int i = 0; i < ATTRIBUTES.length; i++) {
      if (ATTRIBUTES[i] == attribute) {
        value[0] = CONFIGURATIONS[(int) which][i];
      }
    }
    return true;
  }

  public static int eglGetError() {
    return EGL10.EGL_SUCCESS;
  }

  public static String eglQueryString(EGLDisplay display, int name) {
    return "";
  }

  public static boolean eglQueryContext(EGLDisplay display, EGLContext context, int attribute, int[] value) {
    value[0] = 0;
    return true;
  }

  public static boolean eglQuerySurface(EGLDisplay display, EGLSurface surface, int attribute, int[] value) {
    value[0] = 0;
    return true;
  }

  /** Waits as long as a display does. */
  public static boolean eglSwapBuffers(EGLDisplay display, EGLSurface surface) {
    try {
      Thread.sleep(FRAME_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  public static String _glGetString(int name) {
    switch (name) {
      case GL10.GL_VERSION:
        return "OpenGL ES-CM 1.1";
      case GL10.GL_VENDOR:
      case GL10.GL_RENDERER:
        return "lab";
      default:
        return "";
    }
  }

  public static long _eglGetDisplay(Object display) {
    return HANDLE;
  }

  public static long _eglCreateContext(EGLDisplay display, EGLConfig config, EGLContext shared, int[] attributes) {
    return HANDLE;
  }

  public static long _eglCreateWindowSurface(EGLDisplay display, EGLConfig config, Object window, int[] attributes) {
    if (!told.getAndSet(true)) {
      DeviceMain.wire().event("unimplemented", "method", "OpenGL ES: what the app draws with it is not seen");
    }
    return HANDLE;
  }

  public static long _eglCreateWindowSurfaceTexture(EGLDisplay display, EGLConfig config, Object texture, int[] attributes) {
    return _eglCreateWindowSurface(display, config, texture, attributes);
  }

  public static long _eglCreatePbufferSurface(EGLDisplay display, EGLConfig config, int[] attributes) {
    return HANDLE;
  }
}
