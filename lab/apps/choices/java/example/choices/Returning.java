package example.choices;

import android.content.Context;

/**
 * What happens when the user comes back from elsewhere.
 *
 *   asks: short names of permissions that are asked for whenever the home page shows again
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
    }
}
