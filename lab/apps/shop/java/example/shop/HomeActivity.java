package example.shop;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.os.Bundle;
import android.view.View;
import android.widget.TextView;
import android.widget.Toast;

/** The home page: each function asks for the permission it needs when it is used. */
public final class HomeActivity extends Activity {
    private Function[] functions;
    private TextView status;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.home);
        setTitle(R.string.home_title);
        status = findViewById(R.id.status);
        functions = new Function[] {
            new Function(R.id.nearby_stores, R.string.nearby_stores, R.string.rationale_location, Manifest.permission.ACCESS_FINE_LOCATION,
                    Manifest.permission.ACCESS_COARSE_LOCATION) {
                @Override
                String run() {
                    return Functions.nearbyStores(HomeActivity.this);
                }
            },
            new Function(R.id.find_friends, R.string.find_friends, R.string.rationale_contacts, Manifest.permission.READ_CONTACTS) {
                @Override
                String run() {
                    return Functions.findFriends(HomeActivity.this);
                }
            },
            new Function(R.id.scan, R.string.scan, R.string.rationale_camera, Manifest.permission.CAMERA) {
                @Override
                String run() {
                    return getString(R.string.scan_ready);
                }
            },
            new Function(R.id.carrier_offers, R.string.carrier_offers, R.string.rationale_phone, Manifest.permission.READ_PHONE_STATE) {
                @Override
                String run() {
                    return Functions.carrierOffers(HomeActivity.this);
                }
            },
        };
        for (final Function function : functions) {
            findViewById(function.button).setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    use(function);
                }
            });
        }
        findViewById(R.id.settings).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                startActivity(new Intent(HomeActivity.this, SettingsActivity.class));
            }
        });
    }

    @Override
    protected void onResume() {
        super.onResume();
        Consent consent = new Consent(this);
        if (!consent.isAgreed()) {
            status.setText(R.string.status_limited);
        } else {
            Edition.onHomeShown(this);
        }
    }

    private void use(final Function function) {
        if (!new Consent(this).isAgreed()) {
            Toast.makeText(this, R.string.needs_consent, Toast.LENGTH_LONG).show();
            status.setText(R.string.needs_consent);
        } else if (isGranted(function)) {
            status.setText(function.run());
        } else if (Edition.EXPLAINS_PERMISSIONS) {
            explain(function);
        } else {
            requestPermissions(function.permissions, function.request());
        }
    }

    private boolean isGranted(Function function) {
        for (String permission : function.permissions) {
            if (checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED) {
                return true;
            }
        }
        return false;
    }

    private void explain(final Function function) {
        new AlertDialog.Builder(this)
            .setTitle(R.string.rationale_title)
            .setMessage(function.rationale)
            .setPositiveButton(R.string.rationale_go_on, new DialogInterface.OnClickListener() {
                @Override
                public void onClick(DialogInterface dialog, int which) {
                    requestPermissions(function.permissions, function.request());
                }
            })
            .setNegativeButton(R.string.rationale_not_now, null)
            .show();
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] permissions, int[] results) {
        for (Function function : functions) {
            if (function.request() == request) {
                status.setText(isGranted(function) ? function.run() : getString(R.string.denied, getString(function.name)));
                return;
            }
        }
        Edition.onPermissionAnswered(this);
    }
}
