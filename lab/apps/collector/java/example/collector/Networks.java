package example.collector;

import android.app.Activity;
import android.bluetooth.BluetoothAdapter;
import android.bluetooth.BluetoothManager;
import android.content.IntentFilter;
import android.bluetooth.BluetoothDevice;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.net.ConnectivityManager;
import android.net.LinkProperties;
import android.net.wifi.WifiManager;
import android.nfc.NfcAdapter;
import android.telephony.TelephonyManager;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Addresses, networks, and what is near. */
final class Networks {
    private Networks() {
    }

    private static WifiManager wifi(Activity activity) {
        return Use.service(activity, WifiManager.class);
    }

    private static ConnectivityManager connectivity(Activity activity) {
        return Use.service(activity, ConnectivityManager.class);
    }

    private static BluetoothAdapter bluetooth(Activity activity) {
        return Use.service(activity, BluetoothManager.class).getAdapter();
    }

    private static TelephonyManager phone(Activity activity) {
        return Use.service(activity, TelephonyManager.class);
    }

    static final Read[] ALL = {
        new Read("wifi_mac", "MAC address of the Wi-Fi", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getConnectionInfo().getMacAddress();
            }
        },
        new Read("interface_mac", "MAC address of a network interface", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return NetworkInterface.getByName("lo").getHardwareAddress();
            }
        },
        new Read("factory_mac", "MAC address from the factory", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.call(wifi(activity), "getFactoryMacAddresses", Use.types());
            }
        },
        new Read("ssid", "name of the network", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getConnectionInfo().getSSID();
            }
        },
        new Read("bssid", "address of the access point", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getConnectionInfo().getBSSID();
            }
        },
        new Read("access_point", "access point, whole", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getConnectionInfo();
            }
        },
        new Read("wifi_scan", "networks in reach", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getScanResults();
            }
        },
        new Read("start_scan", "asks for a scan", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).startScan();
            }
        },
        new Read("wifi_country", "country of the Wi-Fi", Route.REFLECTION) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.call(wifi(activity), "getCountryCode", Use.types());
            }
        },
        new Read("wifi_ip", "IP address of the Wi-Fi", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getConnectionInfo().getIpAddress();
            }
        },
        new Read("dhcp", "addresses that DHCP gave", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return wifi(activity).getDhcpInfo().toString();
            }
        },
        new Read("interfaces", "addresses of all interfaces", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                List<String> addresses = new ArrayList<>();
                for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                    for (InetAddress address : Collections.list(one.getInetAddresses())) {
                        addresses.add(address.getHostAddress());
                    }
                }
                return addresses;
            }
        },
        new Read("link_properties", "addresses of the network in use", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                LinkProperties link = connectivity(activity).getLinkProperties(connectivity(activity).getActiveNetwork());
                return link == null ? null : link.toString();
            }
        },
        new Read("network_info", "kind of network", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return connectivity(activity).getActiveNetworkInfo().getType();
            }
        },
        new Read("network_type", "kind of mobile network", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getNetworkType();
            }
        },
        new Read("carrier", "operator of the SIM", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getSimOperator();
            }
        },
        new Read("carrier_name", "operator of the network", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getNetworkOperatorName();
            }
        },
        new Read("country", "country of the SIM", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getSimCountryIso();
            }
        },
        new Read("sim_state", "state of the SIM", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return phone(activity).getSimState();
            }
        },
        new Read("bluetooth_address", "Bluetooth address", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return bluetooth(activity).getAddress();
            }
        },
        new Read("bluetooth_name", "Bluetooth name", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return bluetooth(activity).getName();
            }
        },
        new Read("bonded", "paired devices", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return new java.util.TreeSet<>(names(bluetooth(activity).getBondedDevices()));
            }
        },
        new Read("bluetooth_found", "hears of devices in reach", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                BroadcastReceiver receiver = new BroadcastReceiver() {
                    @Override
                    public void onReceive(Context context, Intent intent) {
                    }
                };
                activity.registerReceiver(receiver, new IntentFilter(BluetoothDevice.ACTION_FOUND));
                activity.unregisterReceiver(receiver);
                return "registered";
            }
        },
        new Read("nfc_foreground", "hears of NFC tags", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                NfcAdapter adapter = NfcAdapter.getDefaultAdapter(activity);
                if (adapter == null) {
                    throw new UnsupportedOperationException("no NFC");
                }
                adapter.enableReaderMode(activity, new NfcAdapter.ReaderCallback() {
                    @Override
                    public void onTagDiscovered(android.nfc.Tag tag) {
                    }
                }, NfcAdapter.FLAG_READER_NFC_A, null);
                return "enabled";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
    };

    private static List<String> names(Iterable<BluetoothDevice> devices) {
        List<String> names = new ArrayList<>();
        for (BluetoothDevice device : devices) {
            names.add(device.getAddress() + " " + device.getName());
        }
        return names;
    }
}
