package example.adverts;

import android.app.Activity;
import android.widget.CompoundButton;
import android.widget.Switch;

/** The switch for personalised content on the home page, kept. `reset`: this version switches it on when it first runs. */
final class Settings extends Feature {
    private static final String SWITCH = "personalised";
    private static final String RESET = "reset_done";

    Settings() {
        super("settings");
    }

    @Override
    void onStart(Activity page, Runnable next) {
        if (behaviour(page).is("reset") && !Choice.has(page, RESET)) {
            Choice.keep(page, SWITCH, true);
            Choice.keep(page, RESET, true);
        }
        next.run();
    }

    @Override
    void onHome(final HomeActivity home) {
        Switch personalised = home.addSwitch("个性化推荐", Choice.kept(home).getBoolean(SWITCH, true));
        personalised.setOnCheckedChangeListener(new CompoundButton.OnCheckedChangeListener() {
            @Override
            public void onCheckedChanged(CompoundButton button, boolean on) {
                Choice.keep(home, SWITCH, on);
            }
        });
    }
}
