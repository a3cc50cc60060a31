package example.choices;

import android.content.Context;
import android.content.pm.PackageManager;

/**
 * What happens when the user comes back from elsewhere.
 *
 *   asks: short names of permissions that are asked for whenever the home page shows again
 *   wants_back: the same where they were granted once and are no more
 */
final class Returning extends Feature {
    private boolean left;

    Returning() {
        super("returning");
    }

    @Override
    void onProcess(Context context) {
        left = false;
    }

    @Override
    void onHomeShown(HomeActivity home) {
        String[] names = behaviour(home).texts("asks");
        if (left && names.length > 0) {
            String[] full = new String[names.length];
            for (int i = 0; i < names.length; i++) {
                full[i] = "android.permission." + names[i];
            }
            home.requestPermissions(full, 9);
        }
        left = true;
        for (String name : behaviour(home).texts("wants_back")) {
            String permission = "android.permission." + name;
            boolean granted = home.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED;
            if (granted) {
                Choice.keep(home, name, true);
            } else if (Choice.has(home, name)) {
                home.requestPermissions(new String[] {permission}, 9);
            }
        }
    }
}
