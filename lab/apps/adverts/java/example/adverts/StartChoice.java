package example.adverts;

import android.content.Context;
import android.widget.CompoundButton;
import android.widget.Switch;

/** The switch on the home page with which the user allows other apps to start this one, kept. */
final class StartChoice extends Feature {
    private static final String SWITCH = "associated_start";

    StartChoice() {
        super("start_choice");
    }

    @Override
    void onHome(final HomeActivity home) {
        Switch made = home.addSwitch("允许关联启动", allows(home));
        made.setOnCheckedChangeListener(new CompoundButton.OnCheckedChangeListener() {
            @Override
            public void onCheckedChanged(CompoundButton button, boolean on) {
                Choice.keep(home, SWITCH, on);
                new Wakes().onProcess(home);
            }
        });
    }

    static boolean allows(Context context) {
        return Choice.kept(context).getBoolean(SWITCH, true);
    }
}
