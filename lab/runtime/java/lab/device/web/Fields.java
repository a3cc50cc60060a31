package lab.device.web;

import android.graphics.Color;
import android.graphics.drawable.GradientDrawable;
import android.text.Editable;
import android.text.InputType;
import android.text.TextWatcher;
import android.util.TypedValue;
import android.webkit.WebView;
import android.widget.AbsoluteLayout;
import android.widget.EditText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import lab.boot.web.Element;
import lab.boot.web.Tab;

/** The fields of a page to type in: a view of the framework over each, so that fingers and keyboards reach it. */
@SuppressWarnings("deprecation")
final class Fields {
  private final WebView view;
  private final float density;
  private final Map<Integer, EditText> fields = new HashMap<>();
  private Supplier<Tab> tab;
  private boolean filling;

  Fields(WebView view, float density) {
    this.view = view;
    this.density = density;
  }

  void tell(Supplier<Tab> to) {
    tab = to;
  }

  void clear() {
    fields.values().forEach(view::removeView);
    fields.clear();
  }

  void place(List<PageNode> nodes) {
    Set<Integer> there = new HashSet<>();
    place(nodes, there);
    fields.entrySet().removeIf(
        entry -> {
          boolean gone = !there.contains(entry.getKey());
          if (gone) {
            view.removeView(entry.getValue());
          }
          return gone;
        });
  }

  private void place(List<PageNode> nodes, Set<Integer> there) {
    for (PageNode node : nodes) {
      if (node.element.kind == Element.Kind.FIELD) {
        there.add(node.element.number);
        put(node);
      }
      place(node.children, there);
    }
  }

  private void put(PageNode node) {
    Element e = node.element;
    EditText field = fields.get(e.number);
    android.graphics.Rect at = node.bounds();
    AbsoluteLayout.LayoutParams where = new AbsoluteLayout.LayoutParams(at.width(), at.height(), at.left, at.top);
    if (field == null) {
      field = made(e);
      fields.put(e.number, field);
      view.addView(field, where);
    } else {
      field.setLayoutParams(where);
    }
    // What is being typed comes back from the page a little later: it must not overtake the person.
    if (!field.isFocused() && !field.getText().toString().equals(e.text)) {
      filling = true;
      field.setText(e.text);
      filling = false;
    }
    field.setEnabled(e.enabled);
  }

  private EditText made(Element e) {
    EditText field = new EditText(view.getContext());
    field.setTextSize(TypedValue.COMPLEX_UNIT_PX, e.style.size * density);
    field.setTextColor(e.style.colour);
    field.setHint(e.mark);
    field.setHintTextColor(0xff757575);
    GradientDrawable frame = new GradientDrawable();
    frame.setColor(e.style.background != 0 ? e.style.background : Color.WHITE);
    frame.setStroke(Math.max(1, Math.round(density)), e.style.border > 0 ? e.style.borderColour : 0xff767676);
    frame.setCornerRadius(Math.max(2, e.style.radius) * density);
    field.setBackground(frame);
    int side = Math.round(4 * density);
    field.setPadding(side, 0, side, 0);
    field.setSingleLine(!e.multiline);
    if (e.password) {
      field.setInputType(InputType.TYPE_CLASS_TEXT | InputType.TYPE_TEXT_VARIATION_PASSWORD);
    }
    filling = true;
    field.setText(e.text);
    filling = false;
    int number = e.number;
    field.addTextChangedListener(
        new TextWatcher() {
          @Override
          public void beforeTextChanged(CharSequence text, int start, int count, int after) {}

          @Override
          public void onTextChanged(CharSequence text, int start, int before, int count) {}

          @Override
          public void afterTextChanged(Editable text) {
            if (!filling && tab != null) {
              tab.get().type(number, text.toString());
            }
          }
        });
    return field;
  }

  /** Takes the focus from whichever field has it. */
  void leave() {
    for (EditText field : fields.values()) {
      if (field.isFocused()) {
        field.clearFocus();
      }
    }
  }
}
