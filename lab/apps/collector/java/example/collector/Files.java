package example.collector;

import android.app.Activity;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.util.Scanner;

/** Files of the kernel that identify the device. What a system hides ends in an exception. */
final class Files {
    private Files() {
    }

    static final Read[] ALL = {
        new Read("file_mac", "MAC address of the Wi-Fi", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.firstLine(new FileInputStream("/sys/class/net/wlan0/address"));
            }
        },
        new Read("file_mac_reader", "MAC address of the Wi-Fi", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                try (BufferedReader in = new BufferedReader(new FileReader("/sys/class/net/wlan0/address"))) {
                    return in.readLine();
                }
            }
        },
        new Read("file_mac_scanner", "MAC address of the Wi-Fi", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                try (Scanner in = new Scanner(new File("/sys/class/net/wlan0/address"))) {
                    return in.nextLine();
                }
            }
        },
        new Read("file_bluetooth", "Bluetooth address", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.firstLine(new FileReader(new File("/sys/class/bluetooth/hci0/address")));
            }
        },
        new Read("file_serial", "hardware serial number", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                try (RandomAccessFile in = new RandomAccessFile("/sys/devices/soc0/serial_number", "r")) {
                    return in.readLine();
                }
            }
        },
        new Read("file_boot_id", "the number of this boot", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                try (RandomAccessFile in = new RandomAccessFile(new File("/proc/sys/kernel/random/boot_id"), "r")) {
                    return in.readLine() != null;
                }
            }
        },
        new Read("file_addresses", "IP addresses", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.firstLine(new FileReader("/proc/net/if_inet6"));
            }
        },
        new Read("file_neighbours", "MAC addresses near by", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return java.nio.file.Files.readAllLines(Paths.get("/proc/net/arp"), StandardCharsets.UTF_8).get(0);
            }
        },
        new Read("file_memory", "the memory", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.firstLine(new FileInputStream(new File("/proc/meminfo"))) != null;
            }
        },
        new Read("file_process_name", "the name of another process", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.firstLine(new FileReader("/proc/999999/cmdline"));
            }
        },
        new Read("file_maps", "looks for tools in its own memory", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return Use.firstLine(new FileReader("/proc/self/maps")) != null;
            }
        },
        new Read("file_status", "looks for a debugger", Route.FILE) {
            @Override
            Object run(Activity activity) throws Exception {
                return java.nio.file.Files.readAllBytes(Paths.get("/proc/self/status")).length > 0;
            }
        },
    };
}
