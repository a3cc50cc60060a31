package example.shop;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.os.Bundle;
import android.telephony.PhoneNumberUtils;
import android.view.LayoutInflater;
import android.view.View;
import android.widget.TextView;

/** The first screen: asks for agreement to the privacy policy, unless the user has answered before. */
public final class SplashActivity extends Activity {
    private static final String SERVICE_NUMBER = "4005550100";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.splash);
        Api.fetchConfig();
        Edition.onLaunch(this);
        Consent consent = new Consent(this);
        if (consent.isAgreed() || consent.isLimited()) {
            openHome();
        } else {
            showNotice();
        }
    }

    private void showNotice() {
        View view = LayoutInflater.from(this).inflate(R.layout.notice, null);
        TextView text = view.findViewById(R.id.notice_text);
        text.setText(getString(R.string.notice_text, getString(R.string.app_name)));
        link(view, R.id.link_terms, DocumentActivity.TERMS);
        link(view, R.id.link_policy, DocumentActivity.POLICY);
        TextView phone = view.findViewById(R.id.notice_phone);
        phone.setText(getString(R.string.notice_phone, serviceNumber()));
        new AlertDialog.Builder(this)
            .setTitle(R.string.notice_title)
            .setView(view)
            .setCancelable(false)
            .setPositiveButton(R.string.agree, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    agree();
                }
            })
            .setNegativeButton(R.string.disagree, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    showSecondChance();
                }
            })
            .show();
    }

    /** The framework, asked whether a fixed number is the voice mail's, looks the own numbers up by itself. */
    private static String serviceNumber() {
        return PhoneNumberUtils.isVoiceMailNumber(SERVICE_NUMBER) ? "" : PhoneNumberUtils.formatNumber(SERVICE_NUMBER, "CN");
    }

    private void link(View view, int id, final String document) {
        view.findViewById(id).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View clicked) {
                startActivity(DocumentActivity.intent(SplashActivity.this, document));
            }
        });
    }

    private void showSecondChance() {
        new AlertDialog.Builder(this)
            .setTitle(R.string.second_title)
            .setMessage(R.string.second_text)
            .setCancelable(false)
            .setPositiveButton(R.string.agree_and_continue, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    agree();
                }
            })
            .setNegativeButton(R.string.second_refuse, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    if (Edition.REFUSAL_ENDS_APP) {
                        finishAffinity();
                    } else {
                        new Consent(SplashActivity.this).limit();
                        openHome();
                    }
                }
            })
            .show();
    }

    private void agree() {
        new Consent(this).agree();
        Edition.onAgree(getApplicationContext());
        openHome();
    }

    private void openHome() {
        startActivity(new Intent(this, HomeActivity.class));
        finish();
    }
}
