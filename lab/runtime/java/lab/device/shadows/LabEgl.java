package lab.device.shadows;

import javax.microedition.khronos.egl.EGL10;
import javax.microedition.khronos.egl.EGLConfig;
import javax.microedition.khronos.egl.EGLContext;
import javax.microedition.khronos.egl.EGLDisplay;
import javax.microedition.khronos.egl.EGLSurface;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.util.ReflectionHelpers;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/**
 * EGL without a graphics processor: displays, contexts and surfaces are made and are current, so that an app's drawing
 * thread runs; what it draws is not seen.
 */
@Implements(className = "com.google.android.gles_jni.EGLImpl", isInAndroidSdk = false)
public class LabEgl {
  private static final long HANDLE = 1;
  private static final int[] SIZES = {
    EGL10.EGL_RED_SIZE, 8, EGL10.EGL_GREEN_SIZE, 8, EGL10.EGL_BLUE_SIZE, 8, EGL10.EGL_ALPHA_SIZE, 8,
    EGL10.EGL_DEPTH_SIZE, 24, EGL10.EGL_STENCIL_SIZE, 8, EGL10.EGL_CONFIG_ID, 1,
  };

  @Implementation
  protected boolean eglInitialize(EGLDisplay display, int[] version) {
    if (version != null && version.length > 1) {
      version[0] = 1;
      version[1] = 4;
    }
    return true;
  }

  @Implementation
  protected boolean eglChooseConfig(EGLDisplay display, int[] wanted, EGLConfig[] configs, int size, int[] count) {
    return eglGetConfigs(display, configs, size, count);
  }

  @Implementation
  protected boolean eglGetConfigs(EGLDisplay display, EGLConfig[] configs, int size, int[] count) {
    if (configs != null && size > 0) {
      configs[0] = (EGLConfig) handle("EGLConfigImpl");
    }
    if (count != null) {
      count[0] = 1;
    }
    return true;
  }

  @Implementation
  protected boolean eglGetConfigAttrib(EGLDisplay display, EGLConfig config, int attribute, int[] value) {
    value[0] = 0;
    for (int i = 0; i < SIZES.length; i += 2) {
      if (SIZES[i] == attribute) {
        value[0] = SIZES[i + 1];
      }
    }
    return true;
  }

  @Implementation
  protected int eglGetError() {
    return EGL10.EGL_SUCCESS;
  }

  @Implementation
  protected String eglQueryString(EGLDisplay display, int name) {
    return "";
  }

  @Implementation
  protected boolean eglQueryContext(EGLDisplay display, EGLContext context, int attribute, int[] value) {
    value[0] = 0;
    return true;
  }

  @Implementation
  protected boolean eglQuerySurface(EGLDisplay display, EGLSurface surface, int attribute, int[] value) {
    value[0] = 0;
    return true;
  }

  @Implementation
  protected boolean eglMakeCurrent(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context) {
    return true;
  }

  @Implementation
  protected boolean eglSwapBuffers(EGLDisplay display, EGLSurface surface) {
    return true;
  }

  @Implementation
  protected boolean eglDestroyContext(EGLDisplay display, EGLContext context) {
    return true;
  }

  @Implementation
  protected boolean eglDestroySurface(EGLDisplay display, EGLSurface surface) {
    return true;
  }

  @Implementation
  protected boolean eglTerminate(EGLDisplay display) {
    return true;
  }

  @Implementation
  protected boolean eglReleaseThread() {
    return true;
  }

  @Implementation
  protected long _eglGetDisplay(Object display) {
    return HANDLE;
  }

  @Implementation
  protected long _eglCreateContext(EGLDisplay display, EGLConfig config, EGLContext shared, int[] attributes) {
    return HANDLE;
  }

  @Implementation
  protected long _eglCreateWindowSurface(EGLDisplay display, EGLConfig config, Object window, int[] attributes) {
    return HANDLE;
  }

  @Implementation
  protected long _eglCreateWindowSurfaceTexture(EGLDisplay display, EGLConfig config, Object texture, int[] attributes) {
    return HANDLE;
  }

  @Implementation
  protected long _eglCreatePbufferSurface(EGLDisplay display, EGLConfig config, int[] attributes) {
    return HANDLE;
  }

  private static Object handle(String name) {
    return ReflectionHelpers.callConstructor(
        ReflectionHelpers.loadClass(LabEgl.class.getClassLoader(), "com.google.android.gles_jni." + name),
        ClassParameter.from(long.class, HANDLE));
  }
}
