package android.location;

import java.util.Arrays;
import java.util.List;

public class LocationManager {
    public Location getLastKnownLocation(String provider) {
        if (provider.equals("denied")) {
            throw new SecurityException("needs android.permission.ACCESS_FINE_LOCATION");
        }
        return provider.equals("gps") ? new Location() : null;
    }

    public List<String> getAllProviders() {
        return Arrays.asList("gps", "network");
    }
}
