package example.adverts;

import android.app.Application;

/** The process: tells every feature. */
public final class AdvertsApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        for (Feature feature : Features.of(this)) {
            feature.onProcess(this);
        }
    }
}
