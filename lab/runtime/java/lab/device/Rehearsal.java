package lab.device;

import android.app.Dialog;
import android.content.Context;
import android.content.res.TypedArray;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.os.Looper;
import android.view.ContextThemeWrapper;
import android.view.MotionEvent;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ArrayAdapter;
import android.widget.Button;
import android.widget.CheckBox;
import android.widget.EditText;
import android.widget.FrameLayout;
import android.widget.ImageView;
import android.widget.LinearLayout;
import android.widget.ListView;
import android.widget.RadioButton;
import android.widget.RelativeLayout;
import android.widget.ScrollView;
import android.widget.Switch;
import android.widget.TextView;
import java.util.concurrent.locks.LockSupport;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowPausedLooper;

/**
 * Shows and takes away a window with the usual widgets before any app is known, as Zygote preloads
 * classes and resources: what the first activity would have to load is then there already.
 */
final class Rehearsal {
  private static final int SIDE = 400;
  private static final int FRAMES = 4;
  private static final long FRAME_NS = 17_000_000;

  private Rehearsal() {}

  static void play(Context system, Clock clock) {
    Context context = new ContextThemeWrapper(system, android.R.style.Theme_Material_Light);
    Dialog dialog = new Dialog(context, android.R.style.Theme_Material_Light);
    dialog.setTitle("lab");
    ViewGroup views = views(context);
    dialog.setContentView(views);
    dialog.show();
    drawFrames(clock);
    View decor = dialog.getWindow().getDecorView();
    Bitmap bitmap = Bitmap.createBitmap(SIDE, SIDE, Bitmap.Config.ARGB_8888);
    decor.draw(new Canvas(bitmap));
    bitmap.recycle();
    touch(decor, MotionEvent.ACTION_DOWN);
    touch(decor, MotionEvent.ACTION_CANCEL);
    Nodes.of(decor);
    dialog.dismiss();
    drawFrames(clock);
    TypedArray attributes = context.obtainStyledAttributes(new int[] {android.R.attr.colorPrimary});
    attributes.recycle();
  }

  /** Enough for layout, drawing and what is posted to the frame after. */
  private static void drawFrames(Clock clock) {
    ShadowPausedLooper looper = Shadow.extract(Looper.getMainLooper());
    for (int frame = 0; frame < FRAMES; frame++) {
      looper.idle();
      LockSupport.parkNanos(FRAME_NS);
      clock.tick();
    }
    looper.idle();
  }

  private static void touch(View decor, int action) {
    MotionEvent event = MotionEvent.obtain(0, 0, action, 1, 1, 0);
    decor.dispatchTouchEvent(event);
    event.recycle();
  }

  private static ViewGroup views(Context context) {
    LinearLayout column = new LinearLayout(context);
    column.setOrientation(LinearLayout.VERTICAL);
    TextView text = new TextView(context);
    text.setText("隐私政策 Privacy 0123456789");
    EditText field = new EditText(context);
    field.setHint("lab");
    Button button = new Button(context);
    button.setText("同意 OK");
    button.setOnClickListener(view -> {});
    ListView list = new ListView(context);
    list.setAdapter(new ArrayAdapter<>(context, android.R.layout.simple_list_item_1, new String[] {"一", "two"}));
    ScrollView scroll = new ScrollView(context);
    scroll.addView(new TextView(context));
    RelativeLayout relative = new RelativeLayout(context);
    relative.addView(new ImageView(context));
    View[] all = {
      text, field, button, new CheckBox(context), new RadioButton(context), new Switch(context), list, scroll,
      relative, new FrameLayout(context)
    };
    for (View view : all) {
      column.addView(view);
    }
    return column;
  }
}
