package example.account;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.CompoundButton;
import android.widget.EditText;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.Switch;
import android.widget.TextView;
import java.util.HashMap;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * A page of pages.json: a column of
 *
 *   {line: words}   {text: caption, to: page}   {text: caption, do: [...]}   {field: hint, id: name}
 *   {kept: key}    a text that was stored (see Acts)
 *   {picker: 18, id: name}    a number with the next lower and higher one above and below it, which turn it
 *   {switch: caption, key: name, set: true, stuck: true}     set: how it stands at first; stuck: what is chosen is not kept
 *   when, unless: a key; the item is there only while that is, or is not, kept
 */
public class PageActivity extends Activity {
    private static final String PAGE = "page";
    private final Map<String, EditText> fields = new HashMap<>();
    private LinearLayout column;

    static Intent intent(Context context, String page) {
        return new Intent(context, PageActivity.class).putExtra(PAGE, page);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String page = getIntent().getStringExtra(PAGE);
        if (page != null) {
            show(page);
        }
    }

    void show(String id) {
        JSONObject page = Behaviour.page(this, id);
        setTitle(page.optString("title"));
        column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(32, 16, 32, 16);
        ScrollView scroll = new ScrollView(this);
        scroll.addView(column);
        setContentView(scroll);
        JSONArray items = Behaviour.list(page, "items");
        for (int i = 0; i < items.length(); i++) {
            add(items.optJSONObject(i));
        }
        Acts.run(this, Behaviour.list(page, "on_show"));
    }

    private boolean isThere(JSONObject item) {
        return (!item.has("when") || Choice.has(this, item.optString("when"), false))
            && (!item.has("unless") || !Choice.has(this, item.optString("unless"), false));
    }

    private void addPicker(final JSONObject item) {
        final EditText value = new EditText(this);
        final Button lower = new Button(this);
        final Button higher = new Button(this);
        final int[] now = {item.optInt("picker")};
        final Runnable draw = new Runnable() {
            @Override
            public void run() {
                lower.setText(String.valueOf(now[0] - 1));
                value.setText(String.valueOf(now[0]));
                higher.setText(String.valueOf(now[0] + 1));
            }
        };
        lower.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                now[0]--;
                draw.run();
            }
        });
        higher.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                now[0]++;
                draw.run();
            }
        });
        draw.run();
        fields.put(item.optString("id"), value);
        column.addView(lower);
        column.addView(value);
        column.addView(higher);
    }

    private void add(final JSONObject item) {
        if (!isThere(item)) {
            return;
        }
        if (item.has("line")) {
            say(item.optString("line"));
        } else if (item.has("kept")) {
            say(Choice.stored(this, item.optString("kept")));
        } else if (item.has("picker")) {
            addPicker(item);
        } else if (item.has("field")) {
            EditText field = new EditText(this);
            field.setHint(item.optString("field"));
            field.setSingleLine(true);
            fields.put(item.optString("id"), field);
            column.addView(field);
        } else if (item.has("switch")) {
            Switch toggle = new Switch(this);
            toggle.setText(item.optString("switch"));
            toggle.setChecked(Choice.has(this, item.optString("key"), item.optBoolean("set")));
            toggle.setOnCheckedChangeListener(new CompoundButton.OnCheckedChangeListener() {
                @Override
                public void onCheckedChanged(CompoundButton button, boolean on) {
                    if (!item.optBoolean("stuck")) {
                        Choice.keep(PageActivity.this, item.optString("key"), on);
                    }
                }
            });
            column.addView(toggle);
        } else {
            Button button = new Button(this);
            button.setText(item.optString("text"));
            button.setAllCaps(false);
            button.setEnabled(!item.optBoolean("disabled"));
            button.setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    Acts.run(PageActivity.this, acts(item));
                }
            });
            column.addView(button);
        }
    }

    private static JSONArray acts(JSONObject item) {
        if (!item.has("to")) {
            return Behaviour.list(item, "do");
        }
        try {
            return new JSONArray().put(new JSONObject().put("to", item.optString("to")));
        } catch (JSONException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** A line at the top of the page. */
    void say(String words) {
        TextView text = new TextView(this);
        text.setText(words);
        text.setTextSize(15);
        column.addView(text);
    }

    /** The text with what the fields hold in the place of their names in braces. */
    String filled(String text) {
        for (Map.Entry<String, EditText> field : fields.entrySet()) {
            text = text.replace("{" + field.getKey() + "}", field.getValue().getText().toString());
        }
        return text;
    }

    /** The same, as it may stand in an address. */
    String encoded(String address) {
        for (Map.Entry<String, EditText> field : fields.entrySet()) {
            address = address.replace("{" + field.getKey() + "}", Acts.encoded(field.getValue().getText().toString()));
        }
        return address;
    }
}
