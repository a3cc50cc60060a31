package lab.device.shadows;

import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import android.widget.Toast;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadows.ShadowToast;
import org.robolectric.util.ReflectionHelpers;

/** Toasts are drawn by the system, as SystemUI does since Android 11. */
@Implements(Toast.class)
public class LabToast extends ShadowToast {
  @RealObject private Toast toast;

  @Override
  @Implementation
  protected void show() {
    CharSequence shown =
        toast.getView() == null
            ? ReflectionHelpers.<CharSequence>getField(this, "text")
            : textOf(toast.getView());
    DeviceMain.wire()
        .event(
            "toast",
            "text", shown == null ? "" : shown.toString(),
            "duration", toast.getDuration() == Toast.LENGTH_LONG ? 3500 : 2000);
  }

  private static CharSequence textOf(View view) {
    if (view instanceof TextView) {
      return ((TextView) view).getText();
    }
    if (view instanceof ViewGroup) {
      for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
        CharSequence found = textOf(((ViewGroup) view).getChildAt(i));
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }
}
