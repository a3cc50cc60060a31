package example.account;

import android.app.AlertDialog;
import android.content.DialogInterface;
import android.os.Bundle;
import org.json.JSONObject;

/**
 * The first page: asks for consent where there is none, then shows the home page.
 *
 *   first: a page that opens over it once, after consent
 *   notice.link: a page to which the notice leads
 */
public final class StartActivity extends PageActivity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        show("home");
        if (Choice.has(this, "agreed", false)) {
            start();
        } else if (!Behaviour.of(this).optBoolean("works_without") || !Choice.has(this, "asked", false)) {
            ask();
        }
    }

    private void ask() {
        final JSONObject notice = Behaviour.of(this).optJSONObject("notice");
        new AlertDialog.Builder(this)
            .setTitle(notice.optString("title"))
            .setMessage(notice.optString("text"))
            .setCancelable(false)
            .setPositiveButton("同意", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    Choice.keep(StartActivity.this, "agreed", true);
                    Choice.keep(StartActivity.this, "asked", true);
                    start();
                    if (Behaviour.of(StartActivity.this).has("first")) {
                        startActivity(intent(StartActivity.this, Behaviour.of(StartActivity.this).optString("first")));
                    }
                }
            })
            .setNeutralButton(notice.has("link") ? "隐私政策" : null, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    ask();
                    startActivity(intent(StartActivity.this, notice.optString("link")));
                }
            })
            .setNegativeButton("不同意", new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    finishAffinity();
                }
            })
            .show();
    }

    private void start() {
        Acts.run(this, Behaviour.list(Behaviour.of(this), "on_start"));
    }
}
