package lab.device.shadows;

import android.location.Criteria;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;
import android.location.LocationRequest;
import android.os.CancellationSignal;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import lab.device.Permissions;
import lab.device.Profile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowLocationManager;

/**
 * The place where the device is: the fix of the profile's track, every second to those who listen, coarsened to
 * a grid of about 2 km for apps that hold only the approximate location (LocationFudger).
 */
@Implements(value = LocationManager.class)
public class LabLocationManager extends ShadowLocationManager {
  private static final String FINE = "android.permission.ACCESS_FINE_LOCATION";
  private static final String COARSE = "android.permission.ACCESS_COARSE_LOCATION";
  private static final List<String> PROVIDERS =
      Arrays.asList(
          LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER, LocationManager.PASSIVE_PROVIDER,
          LocationManager.FUSED_PROVIDER);
  private static final double GRID_DEGREES = 0.02;
  private static final int PERIOD_MS = 1000;

  private Handler ticker;

  @Override
  @Implementation
  protected boolean isProviderEnabled(String provider) {
    return PROVIDERS.contains(provider);
  }

  @Override
  @Implementation
  protected boolean isLocationEnabled() {
    return true;
  }

  @Override
  @Implementation
  protected Location getLastKnownLocation(String provider) {
    enforce(provider);
    return fix(provider);
  }

  private static void enforce(String provider) {
    if (!Permissions.anyGranted(FINE, COARSE)) {
      throw new SecurityException(
          "\"" + provider + "\" location provider requires ACCESS_COARSE_LOCATION or ACCESS_FINE_LOCATION permission.");
    }
  }

  private static Location fix(String provider) {
    List<Profile> track = Profile.device().object("location").list("track");
    Profile now = null;
    for (Profile point : track) {
      if (now == null || point.number("after_s") * 1000 <= SystemClock.elapsedRealtime()) {
        now = point;
      }
    }
    if (now == null) {
      return null;
    }
    boolean precise = Permissions.granted(FINE);
    Location fix = new Location(provider);
    fix.setLatitude(precise ? now.real("latitude") : grid(now.real("latitude")));
    fix.setLongitude(precise ? now.real("longitude") : grid(now.real("longitude")));
    fix.setAccuracy(precise ? (float) now.real("accuracy_m") : 2000f);
    fix.setTime(System.currentTimeMillis());
    fix.setElapsedRealtimeNanos(SystemClock.elapsedRealtimeNanos());
    if (precise) {
      fix.setAltitude(now.real("altitude_m"));
      fix.setSpeed((float) now.real("speed_mps"));
      fix.setBearing((float) now.real("bearing_deg"));
    }
    return fix;
  }

  private static double grid(double degrees) {
    return Math.round(Math.floor(degrees / GRID_DEGREES) * GRID_DEGREES * 1e6) / 1e6;
  }

  /** Listeners hear of the place from now on, as long as the permission lasts. */
  private synchronized void tick() {
    if (ticker == null) {
      ticker = new Handler(Looper.getMainLooper());
      ticker.post(this::deliver);
    }
  }

  private void deliver() {
    if (Permissions.anyGranted(FINE, COARSE)) {
      for (String provider : PROVIDERS) {
        Location fix = fix(provider);
        if (fix != null) {
          simulateLocation(provider, fix);
        }
      }
    }
    ticker.postDelayed(this::deliver, PERIOD_MS);
  }

  @Override
  @Implementation
  protected void getCurrentLocation(
      String provider, CancellationSignal cancel, Executor executor, Consumer<Location> consumer) {
    enforce(provider);
    executor.execute(() -> consumer.accept(fix(provider)));
  }

  @Override
  @Implementation
  protected void getCurrentLocation(
      String provider,
      LocationRequest request,
      CancellationSignal cancel,
      Executor executor,
      Consumer<Location> consumer) {
    enforce(provider);
    executor.execute(() -> consumer.accept(fix(provider)));
  }

  @Override
  @Implementation
  protected void requestSingleUpdate(String provider, LocationListener listener, Looper looper) {
    enforce(provider);
    super.requestSingleUpdate(provider, listener, looper);
    tick();
  }

  @Override
  @Implementation
  protected void requestSingleUpdate(Criteria criteria, LocationListener listener, Looper looper) {
    enforce("fused");
    super.requestSingleUpdate(criteria, listener, looper);
    tick();
  }

  @Override
  @Implementation
  protected void requestLocationUpdates(
      String provider, long minTime, float minDistance, LocationListener listener) {
    enforce(provider);
    super.requestLocationUpdates(provider, minTime, minDistance, listener);
    tick();
  }

  @Override
  @Implementation
  protected void requestLocationUpdates(
      String provider, long minTime, float minDistance, LocationListener listener, Looper looper) {
    enforce(provider);
    super.requestLocationUpdates(provider, minTime, minDistance, listener, looper);
    tick();
  }

  @Override
  @Implementation
  protected void requestLocationUpdates(
      String provider, long minTime, float minDistance, Executor executor, LocationListener listener) {
    enforce(provider);
    super.requestLocationUpdates(provider, minTime, minDistance, executor, listener);
    tick();
  }

  @Override
  @Implementation
  protected void requestLocationUpdates(
      long minTime, float minDistance, Criteria criteria, LocationListener listener, Looper looper) {
    enforce("fused");
    super.requestLocationUpdates(minTime, minDistance, criteria, listener, looper);
    tick();
  }

  @Override
  @Implementation
  protected void requestLocationUpdates(
      String provider, LocationRequest request, Executor executor, LocationListener listener) {
    enforce(provider);
    super.requestLocationUpdates(provider, request, executor, listener);
    tick();
  }
}
