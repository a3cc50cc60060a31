package example.account;

import android.app.Application;

/** What is done before anything is shown: `on_create`, of the acts those that need no page. */
public final class AccountApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        Acts.run(this, Behaviour.list(Behaviour.of(this), "on_create"));
    }
}
