package lab.device.shadows;

import android.graphics.Canvas;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.View;
import lab.device.DrawnSurface;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowSurfaceView;
import org.robolectric.util.ReflectionHelpers.ClassParameter;

/** A SurfaceView whose surface comes, changes and goes with the view, as the app's callbacks expect, and is seen. */
@Implements(SurfaceView.class)
public class LabSurfaceView extends ShadowSurfaceView {
  @RealObject private SurfaceView view;
  private DrawnSurface surface;

  private DrawnSurface surface() {
    if (surface == null) {
      surface = new DrawnSurface(view);
    }
    return surface;
  }

  @Override
  @Implementation
  protected SurfaceHolder getHolder() {
    return surface();
  }

  /** Called by the framework whenever the view's place, size or visibility may have changed. */
  @Implementation
  protected void updateSurface() {
    boolean wanted =
        view.isAttachedToWindow()
            && view.getVisibility() == View.VISIBLE
            && view.getWindowVisibility() == View.VISIBLE;
    surface().update(wanted ? view.getWidth() : 0, wanted ? view.getHeight() : 0);
  }

  @Implementation
  protected void onDetachedFromWindow() {
    surface().update(0, 0);
    Shadow.directlyOn(view, SurfaceView.class, "onDetachedFromWindow");
  }

  @Implementation
  protected void dispatchDraw(Canvas canvas) {
    surface().show(canvas);
    Shadow.directlyOn(view, SurfaceView.class, "dispatchDraw", ClassParameter.from(Canvas.class, canvas));
  }
}
