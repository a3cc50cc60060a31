package android.location;

public class Location {
    public double getLatitude() {
        return 31.2304;
    }

    public double getLongitude() {
        return 121.4737;
    }

    public float getAccuracy() {
        return 12.5f;
    }

    public String getProvider() {
        return "gps";
    }
}
