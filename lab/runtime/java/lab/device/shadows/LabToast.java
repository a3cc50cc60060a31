package lab.device.shadows;

import android.content.Context;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import android.widget.Toast;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.annotation.RealObject;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowToast;
import org.robolectric.util.ReflectionHelpers;

/** Toasts are drawn by the system, as SystemUI does since Android 11. */
@Implements(Toast.class)
public class LabToast extends ShadowToast {
  @RealObject private Toast toast;
  private boolean textless;

  /** The framework's takes null, too. */
  @Implementation
  protected static Toast makeText(Context context, CharSequence text, int duration) {
    Toast made = ShadowToast.makeText(context, text == null ? "" : text, duration);
    Shadow.<LabToast>extract(made).textless = text == null;
    return made;
  }

  @Override
  @Implementation
  protected void setText(CharSequence text) {
    textless = text == null;
    super.setText(textless ? "" : text);
  }

  @Override
  @Implementation
  protected void show() {
    if (textless && toast.getView() == null) {
      return; // NotificationManagerService: "Not enqueuing toast"
    }
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
