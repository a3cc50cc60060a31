package example.shop;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;
import android.widget.Toast;

/** Documents, and consent given or withdrawn later. */
public final class SettingsActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.settings);
        setTitle(R.string.settings);
        document(R.id.settings_policy, DocumentActivity.POLICY);
        document(R.id.settings_terms, DocumentActivity.TERMS);
        document(R.id.settings_sdk_list, DocumentActivity.SDK_LIST);
        final Consent consent = new Consent(this);
        Button change = findViewById(R.id.settings_withdraw);
        change.setText(consent.isAgreed() ? R.string.settings_withdraw : R.string.settings_agree);
        change.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                if (consent.isAgreed()) {
                    consent.limit();
                    Edition.onWithdraw(getApplicationContext());
                    Toast.makeText(SettingsActivity.this, R.string.withdrawn, Toast.LENGTH_SHORT).show();
                } else {
                    consent.agree();
                    Edition.onAgree(getApplicationContext());
                }
                finish();
            }
        });
    }

    private void document(int button, final String name) {
        findViewById(button).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(DocumentActivity.intent(SettingsActivity.this, name));
            }
        });
    }
}
