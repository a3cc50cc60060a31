package lab.boot;

import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Bodies for the native methods of the package that stands between apps and OpenGL, whose classes Robolectric leaves as they
 * are: what lab.device.Graphics has under the method's name, else one that gives 0, or true.
 */
final class NativeBodies {
  static final String PACKAGE = "com.google.android.gles_jni.";

  private static final String HELPER = "lab/device/Graphics";
  private static final Set<String> HELPED =
      Set.of(
          "eglInitialize", "eglChooseConfig", "eglGetConfigs", "eglGetConfigAttrib", "eglGetError", "eglQueryString",
          "eglQueryContext", "eglQuerySurface", "eglSwapBuffers", "_glGetString", "_eglCreateContext", "_eglCreateWindowSurface",
          "_eglCreateWindowSurfaceTexture", "_eglCreatePbufferSurface", "_eglGetDisplay");

  private NativeBodies() {}

  static byte[] fill(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
            if ((access & Opcodes.ACC_NATIVE) == 0) {
              return super.visitMethod(access, name, descriptor, signature, thrown);
            }
            MethodVisitor out = super.visitMethod(access & ~Opcodes.ACC_NATIVE, name, descriptor, signature, thrown);
            write(out, (access & Opcodes.ACC_STATIC) != 0, name, descriptor);
            return out;
          }
        },
        0);
    return writer.toByteArray();
  }

  private static void write(MethodVisitor out, boolean isStatic, String name, String descriptor) {
    Type returned = Type.getReturnType(descriptor);
    out.visitCode();
    if (HELPED.contains(name)) {
      int local = isStatic ? 0 : 1;
      for (Type type : Type.getArgumentTypes(descriptor)) {
        out.visitVarInsn(type.getOpcode(Opcodes.ILOAD), local);
        local += type.getSize();
      }
      out.visitMethodInsn(Opcodes.INVOKESTATIC, HELPER, name, descriptor, false);
    } else if (returned.getSort() == Type.BOOLEAN) {
      out.visitInsn(Opcodes.ICONST_1);
    } else if (returned.getSort() == Type.LONG) {
      out.visitInsn(Opcodes.LCONST_0);
    } else if (returned.getSort() == Type.FLOAT) {
      out.visitInsn(Opcodes.FCONST_0);
    } else if (returned.getSort() >= Type.ARRAY) {
      out.visitInsn(Opcodes.ACONST_NULL);
    } else if (returned.getSort() != Type.VOID) {
      out.visitInsn(Opcodes.ICONST_0);
    }
    out.visitInsn(returned.getOpcode(Opcodes.IRETURN));
    out.visitMaxs(0, 0);
    out.visitEnd();
  }
}
