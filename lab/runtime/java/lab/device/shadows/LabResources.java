package lab.device.shadows;

import android.content.res.Resources;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowResources;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/**
 * Resources made without a class loader (as the support library's tinted ones are) look for the framework's drawables in
 * Android's system class loader, and must not in the JVM's.
 */
@Implements(Resources.class)
public class LabResources extends ShadowResources {
  @RealObject private Resources resources;

  @Implementation
  protected void __constructor__(ClassLoader loader) {
    Shadow.invokeConstructor(
        Resources.class,
        resources,
        ClassParameter.from(ClassLoader.class, loader == null ? LabResources.class.getClassLoader() : loader));
  }
}
