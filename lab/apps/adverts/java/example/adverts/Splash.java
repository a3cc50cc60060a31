package example.adverts;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.hardware.Sensor;
import android.hardware.SensorEvent;
import android.hardware.SensorEventListener;
import android.hardware.SensorManager;
import android.os.Handler;
import android.os.Looper;
import android.view.Gravity;
import android.view.View;
import android.widget.FrameLayout;
import android.widget.TextView;

/**
 * The advertisement at the start, over the whole screen, which goes by itself.
 *
 *   ms: how long it stays, 3000 where it is not told
 *   skip: shown (the default), none
 *   skip_after: ms until the control comes; 0 where it is not told
 *   skip_dp: its side, 44 where it is not told
 *   faint: it is white on nearly white; unseen: it has the colour of the advertisement, words and ground
 *   skip_does: closes (the default), opens (it opens the advertisement), nothing
 *   tap_opens: a tap anywhere opens the advertisement
 *   shake: opens it as well, from that many m/s2 beside the earth's
 */
final class Splash extends Feature {
    private static final float EARTH = 9.81f;
    private static final int GROUND = 0xfffff3e0;

    Splash() {
        super("splash");
    }

    @Override
    void onStart(Activity page, Runnable next) {
        new Shown(page, behaviour(page), next).show();
    }

    private static final class Shown implements SensorEventListener, Runnable {
        private final Activity page;
        private final Behaviour how;
        private final Runnable next;
        private final Handler handler = new Handler(Looper.getMainLooper());
        private final long until;
        private TextView skip;
        private boolean over;

        Shown(Activity page, Behaviour how, Runnable next) {
            this.page = page;
            this.how = how;
            this.next = next;
            until = System.currentTimeMillis() + how.number("ms", 3000);
        }

        void show() {
            FrameLayout all = new FrameLayout(page);
            TextView picture = new TextView(page);
            picture.setText("广告 云杉旗舰店 周年庆 限时五折");
            picture.setTextSize(30);
            picture.setGravity(Gravity.CENTER);
            picture.setBackgroundColor(GROUND);
            all.addView(picture);
            if (how.is("tap_opens")) {
                picture.setOnClickListener(new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        open();
                    }
                });
            }
            if (!"none".equals(how.text("skip", "shown"))) {
                addSkip(all);
            }
            page.setContentView(all);
            if (how.number("shake", 0) > 0) {
                SensorManager sensors = (SensorManager) page.getSystemService(Context.SENSOR_SERVICE);
                sensors.registerListener(this, sensors.getDefaultSensor(Sensor.TYPE_ACCELEROMETER),
                    SensorManager.SENSOR_DELAY_UI);
            }
            run();
        }

        private void addSkip(FrameLayout all) {
            float dp = page.getResources().getDisplayMetrics().density;
            int side = (int) (how.number("skip_dp", 44) * dp);
            skip = new TextView(page);
            skip.setTextSize(how.number("skip_dp", 44) < 20 ? 5 : 14);
            skip.setGravity(Gravity.CENTER);
            int ground = how.is("faint") || how.is("unseen") ? GROUND : 0xff444444;
            skip.setTextColor(how.is("unseen") ? GROUND : how.is("faint") ? 0xfffffaf2 : 0xffffffff);
            skip.setBackgroundColor(ground);
            skip.setVisibility(how.number("skip_after", 0) > 0 ? View.GONE : View.VISIBLE);
            skip.setOnClickListener(new View.OnClickListener() {
                @Override
                public void onClick(View view) {
                    String does = how.text("skip_does", "closes");
                    if ("opens".equals(does)) {
                        open();
                    } else if ("closes".equals(does)) {
                        end();
                    }
                }
            });
            FrameLayout.LayoutParams place = new FrameLayout.LayoutParams(2 * side, side, Gravity.TOP | Gravity.RIGHT);
            place.setMargins(0, (int) (24 * dp), (int) (16 * dp), 0);
            all.addView(skip, place);
        }

        /** Counts down. */
        @Override
        public void run() {
            long left = until - System.currentTimeMillis();
            if (over) {
                return;
            }
            if (left <= 0) {
                end();
                return;
            }
            if (skip != null) {
                boolean shows = how.number("ms", 3000) - left >= how.number("skip_after", 0);
                skip.setVisibility(shows ? View.VISIBLE : View.GONE);
                skip.setText("跳过 " + (left + 999) / 1000);
            }
            handler.postDelayed(this, 100);
        }

        private void open() {
            end();
            page.startActivity(new Intent(page, LandingActivity.class));
        }

        private void end() {
            if (!over) {
                over = true;
                if (how.number("shake", 0) > 0) {
                    ((SensorManager) page.getSystemService(Context.SENSOR_SERVICE)).unregisterListener(this);
                }
                next.run();
            }
        }

        @Override
        public void onSensorChanged(SensorEvent event) {
            double force = Math.sqrt(event.values[0] * event.values[0] + event.values[1] * event.values[1]
                + event.values[2] * event.values[2]);
            if (!over && Math.abs(force - EARTH) >= how.number("shake", 0)) {
                open();
            }
        }

        @Override
        public void onAccuracyChanged(Sensor sensor, int accuracy) {
        }
    }
}
