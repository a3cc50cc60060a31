package example.collector;

import android.app.Activity;
import android.location.Address;
import android.location.Geocoder;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;
import android.telephony.CellInfo;
import android.telephony.CellInfoLte;
import android.telephony.TelephonyManager;
import android.telephony.gsm.GsmCellLocation;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Where the device is. */
final class Places {
    private static final double LATITUDE = 31.2;
    private static final double LONGITUDE = 121.4;

    private Places() {
    }

    private static LocationManager places(Activity activity) {
        return Use.service(activity, LocationManager.class);
    }

    /** In whole degrees: the device moves between two runs. */
    private static String whole(double degrees) {
        return String.valueOf(Math.round(degrees));
    }

    static final Read[] ALL = {
        new Read("last_place", "last place, precise", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return places(activity).getLastKnownLocation(LocationManager.GPS_PROVIDER);
            }
        },
        new Read("last_place_rough", "last place, of the network", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return places(activity).getLastKnownLocation(LocationManager.NETWORK_PROVIDER);
            }
        },
        new Read("latitude", "latitude of a place", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return whole(places(activity).getLastKnownLocation(LocationManager.GPS_PROVIDER).getLatitude());
            }
        },
        new Read("current_place", "the place now", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                final CountDownLatch told = new CountDownLatch(1);
                final AtomicReference<Location> place = new AtomicReference<>();
                places(activity).getCurrentLocation(LocationManager.GPS_PROVIDER, null, activity.getMainExecutor(),
                        new java.util.function.Consumer<Location>() {
                            @Override
                            public void accept(Location location) {
                                place.set(location);
                                told.countDown();
                            }
                        });
                Use.await(told);
                return place.get();
            }
        },
        new Read("place_updates", "the place as it changes", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                final CountDownLatch told = new CountDownLatch(1);
                LocationListener listener = new LocationListener() {
                    @Override
                    public void onLocationChanged(Location location) {
                        told.countDown();
                    }
                };
                places(activity).requestLocationUpdates(LocationManager.GPS_PROVIDER, 0, 0, listener, activity.getMainLooper());
                try {
                    Use.await(told);
                } finally {
                    places(activity).removeUpdates(listener);
                }
                return "told";
            }
        },
        new Read("cells", "cells in reach", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return cells(activity).size() + " cells";
            }
        },
        new Read("cell_id", "number of the cell", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return ((CellInfoLte) cells(activity).get(0)).getCellIdentity().getCi();
            }
        },
        new Read("cell_location", "the cell, by the old name", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                GsmCellLocation cell = (GsmCellLocation) Use.service(activity, TelephonyManager.class).getCellLocation();
                return cell.getCid() + " " + cell.getLac();
            }
        },
        new Read("address_of_place", "address of a place", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                List<Address> found = new Geocoder(activity, Locale.CHINA).getFromLocation(LATITUDE, LONGITUDE, 1);
                return found.isEmpty() ? null : found.get(0).getAddressLine(0);
            }
        },
    };

    private static List<CellInfo> cells(Activity activity) {
        return Use.service(activity, TelephonyManager.class).getAllCellInfo();
    }
}
