package lab.device.shadows;

import android.opengl.GLSurfaceView;
import org.robolectric.annotation.Implements;

/** Its surface is that of every SurfaceView, and its drawing thread the framework's own. */
@Implements(GLSurfaceView.class)
public class LabGlSurfaceView extends LabSurfaceView {}
