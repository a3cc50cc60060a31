package lab.device.shadows;

import android.compat.Compatibility;
import android.os.Build.VERSION_CODES;
import java.util.HashMap;
import java.util.Map;
import lab.device.DeviceMain;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowCompatibility;

/**
 * Behaviour that an app gets with the level it targets, for the changes that the framework asks about above the lab's
 * own services; any other is on. Numbers and levels: developer.android.com, "Compatibility framework changes".
 */
@Implements(value = Compatibility.class, isInAndroidSdk = false)
public class LabCompatibility extends ShadowCompatibility {
  private static final Map<Long, Integer> SINCE = new HashMap<>();

  static {
    SINCE.put(160794467L, VERSION_CODES.S); // PENDING_INTENT_EXPLICIT_MUTABILITY_REQUIRED
    SINCE.put(236704164L, VERSION_CODES.UPSIDE_DOWN_CAKE); // BLOCK_MUTABLE_IMPLICIT_PENDING_INTENT
    SINCE.put(320664730L, VERSION_CODES.VANILLA_ICE_CREAM); // PENDING_INTENT_OPTIONS_CHECK
    SINCE.put(194532703L, VERSION_CODES.TIRAMISU); // DISALLOW_DEADLINES_FOR_PREFETCH_JOBS
    SINCE.put(140852299L, VERSION_CODES.TIRAMISU); // THROW_ON_INVALID_PRIORITY_VALUE
    SINCE.put(253665015L, VERSION_CODES.UPSIDE_DOWN_CAKE); // REJECT_NEGATIVE_NETWORK_ESTIMATES
    SINCE.put(311402873L, VERSION_CODES.VANILLA_ICE_CREAM); // ENFORCE_MINIMUM_TIME_WINDOWS
    SINCE.put(323349338L, VERSION_CODES.VANILLA_ICE_CREAM); // REJECT_NEGATIVE_DELAYS_AND_DEADLINES
    SINCE.put(255371817L, VERSION_CODES.UPSIDE_DOWN_CAKE); // THROW_ON_INVALID_DATA_TRANSFER_IMPLEMENTATION
  }

  @Implementation
  protected static boolean isChangeEnabled(long change) {
    Integer since = SINCE.get(change);
    if (since == null || DeviceMain.app() == null) {
      return ShadowCompatibility.isChangeEnabled(change);
    }
    return DeviceMain.app().context().getApplicationInfo().targetSdkVersion >= since;
  }
}
