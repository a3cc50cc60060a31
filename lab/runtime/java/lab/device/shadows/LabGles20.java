package lab.device.shadows;

import android.opengl.GLES20;
import java.nio.IntBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowGLES20;

/** What an app asks OpenGL ES about itself before it draws (lab.device.Graphics: nothing of it is seen). */
@Implements(GLES20.class)
public class LabGles20 extends ShadowGLES20 {
  private static final int LIMIT = 4096; // pixels of a texture or a viewport
  private static final int UNITS = 16; // of anything else that there is a limit of

  private static final AtomicInteger NAMES = new AtomicInteger(1000);

  @Implementation
  protected static String glGetString(int name) {
    switch (name) {
      case GLES20.GL_VERSION:
        return "OpenGL ES 2.0";
      case GLES20.GL_SHADING_LANGUAGE_VERSION:
        return "OpenGL ES GLSL ES 1.00";
      case GLES20.GL_VENDOR:
      case GLES20.GL_RENDERER:
        return "lab";
      default:
        return "";
    }
  }

  @Implementation
  protected static void glGetIntegerv(int name, int[] values, int offset) {
    values[offset] = value(name);
  }

  @Implementation
  protected static void glGetIntegerv(int name, IntBuffer values) {
    values.put(values.position(), value(name));
  }

  /** Shaders compile and programs are linked; how they name what they take is not known, so there is none of it. */
  @Implementation
  protected static void glGetShaderiv(int shader, int name, IntBuffer values) {
    values.put(values.position(), name == GLES20.GL_COMPILE_STATUS ? GLES20.GL_TRUE : 0);
  }

  @Implementation
  protected static void glGetShaderiv(int shader, int name, int[] values, int offset) {
    values[offset] = name == GLES20.GL_COMPILE_STATUS ? GLES20.GL_TRUE : 0;
  }

  @Implementation
  protected static void glGetProgramiv(int program, int name, IntBuffer values) {
    values.put(values.position(), isWell(name) ? GLES20.GL_TRUE : 0);
  }

  @Implementation
  protected static void glGetProgramiv(int program, int name, int[] values, int offset) {
    values[offset] = isWell(name) ? GLES20.GL_TRUE : 0;
  }

  private static boolean isWell(int name) {
    return name == GLES20.GL_LINK_STATUS || name == GLES20.GL_VALIDATE_STATUS;
  }

  @Implementation
  protected static void glGenTextures(int count, IntBuffer names) {
    generate(count, names);
  }

  @Implementation
  protected static void glGenFramebuffers(int count, IntBuffer names) {
    generate(count, names);
  }

  @Implementation
  protected static void glGenRenderbuffers(int count, IntBuffer names) {
    generate(count, names);
  }

  @Implementation
  protected static void glGenRenderbuffers(int count, int[] names, int offset) {
    generate(count, IntBuffer.wrap(names, offset, count));
  }

  @Implementation
  protected static void glGenBuffers(int count, IntBuffer names) {
    generate(count, names);
  }

  @Implementation
  protected static void glGenBuffers(int count, int[] names, int offset) {
    generate(count, IntBuffer.wrap(names, offset, count));
  }

  private static void generate(int count, IntBuffer names) {
    for (int i = 0; i < count; i++) {
      names.put(names.position() + i, NAMES.incrementAndGet());
    }
  }

  private static int value(int name) {
    switch (name) {
      case GLES20.GL_MAX_TEXTURE_SIZE:
      case GLES20.GL_MAX_VIEWPORT_DIMS:
      case GLES20.GL_MAX_RENDERBUFFER_SIZE:
      case GLES20.GL_MAX_CUBE_MAP_TEXTURE_SIZE:
        return LIMIT;
      case GLES20.GL_MAX_TEXTURE_IMAGE_UNITS:
      case GLES20.GL_MAX_COMBINED_TEXTURE_IMAGE_UNITS:
      case GLES20.GL_MAX_VERTEX_TEXTURE_IMAGE_UNITS:
      case GLES20.GL_MAX_VERTEX_ATTRIBS:
        return UNITS;
      default:
        return 0;
    }
  }
}
