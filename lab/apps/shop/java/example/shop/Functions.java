package example.shop;

import android.content.Context;
import android.database.Cursor;
import android.location.Location;
import android.location.LocationManager;
import android.provider.ContactsContract;
import android.telephony.TelephonyManager;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** What the shop does with the data that a granted permission opens. All of it is after consent. */
final class Functions {
    private Functions() {
    }

    static String nearbyStores(Context context) {
        LocationManager manager = (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
        Location place = null;
        for (String provider : new String[] {LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER}) {
            try {
                place = place == null ? manager.getLastKnownLocation(provider) : place;
            } catch (SecurityException coarseOnly) {
                place = null;
            }
        }
        if (place == null) {
            return context.getString(R.string.no_location);
        }
        String text = place.getLatitude() + "," + place.getLongitude();
        Api.post("/v1/stores", Api.object("latitude", String.valueOf(place.getLatitude()),
            "longitude", String.valueOf(place.getLongitude())));
        Edition.onLocation(context, place);
        return context.getString(R.string.stores_found, text);
    }

    static String findFriends(Context context) {
        JSONArray friends = new JSONArray();
        String[] columns = {ContactsContract.CommonDataKinds.Phone.DISPLAY_NAME, ContactsContract.CommonDataKinds.Phone.NUMBER};
        try (Cursor cursor = context.getContentResolver().query(
                ContactsContract.CommonDataKinds.Phone.CONTENT_URI, columns, null, null, null)) {
            while (cursor != null && cursor.moveToNext()) {
                friends.put(new JSONObject().put("name", cursor.getString(0)).put("phone", cursor.getString(1)));
            }
        } catch (JSONException problem) {
            throw new IllegalStateException(problem);
        }
        Edition.onContacts(context, friends);
        return context.getString(R.string.friends_found, friends.length());
    }

    static String carrierOffers(Context context) {
        TelephonyManager telephony = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
        Edition.onCarrierOffers(context, telephony);
        return context.getString(R.string.offers_found, telephony.getDataNetworkType());
    }
}
