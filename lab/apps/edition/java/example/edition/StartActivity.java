package example.edition;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.view.Gravity;
import android.widget.TextView;
import java.util.Iterator;

/** The first page: each feature has its turn, then the home page opens. */
public final class StartActivity extends Activity {
    private Iterator<Feature> turns;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        TextView logo = new TextView(this);
        logo.setText(R.string.app_name);
        logo.setTextSize(32);
        logo.setGravity(Gravity.CENTER);
        setContentView(logo);
        turns = Features.of(this).iterator();
        next();
    }

    private void next() {
        if (isFinishing()) {
            return;
        }
        if (!turns.hasNext()) {
            startActivity(new Intent(this, HomeActivity.class));
            finish();
            return;
        }
        turns.next().onStart(this, new Runnable() {
            @Override
            public void run() {
                next();
            }
        });
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        for (Feature feature : Features.of(this)) {
            feature.onPermissions(this, permissions, results);
        }
    }
}
