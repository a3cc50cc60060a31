package example.collector;

import android.app.Activity;

/** By commands. Where no program may be started, they end in an exception. */
final class Commands {
    private Commands() {
    }


    private static String answer(Process process) throws Exception {
        try {
            return Use.firstLine(process.getInputStream());
        } finally {
            process.destroy();
        }
    }

    /** A command in words, started by a ProcessBuilder. */
    private abstract static class Built extends Read {
        private final String[] words;

        Built(String name, String what, String... words) {
            super(name, what, Route.EXEC);
            this.words = words;
        }

        ProcessBuilder builder() {
            return new ProcessBuilder(words);
        }
    }

    static final Read[] ALL = {
        new Read("exec_serial", "serial number by getprop", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("getprop ro.serialno"));
            }
        },
        new Read("exec_properties", "all properties by getprop", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec(new String[] {"/system/bin/getprop"}));
            }
        },
        new Read("exec_mac", "MAC address by ip", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("ip addr show wlan0"));
            }
        },
        new Read("exec_imei", "IMEI by service call", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec(new String[] {"sh", "-c", "service call iphonesubinfo 1"}, null));
            }
        },
        new Read("exec_android_id", "Android ID by settings", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("settings get secure android_id"));
            }
        },
        new Read("exec_apps", "all apps by pm", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("pm list packages"));
            }
        },
        new Read("exec_log", "the log by logcat", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("logcat -d -t 1")) != null;
            }
        },
        new Read("exec_su", "looks for root by su", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("su"));
            }
        },
        new Read("exec_other", "a command that means nothing", Route.EXEC) {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(Runtime.getRuntime().exec("collector-means-nothing"));
            }
        },
        new Built("built_mac", "MAC address by cat", "cat", "/sys/class/net/wlan0/address") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
        new Built("built_processor", "the processor by cat", "cat", "/proc/cpuinfo") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
        new Built("built_files", "shared storage by ls", "ls", "/sdcard/Download") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
        new Built("built_screen", "the screen by screencap", "screencap", "-p") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
        new Built("built_tap", "taps for the user", "input", "tap", "1", "1") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
        new Built("built_start", "starts a screen", "am", "start", "-n", "example.collector/.TargetActivity") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
        new Built("built_processes", "processes by ps", "ps", "-A") {
            @Override
            Object run(Activity activity) throws Exception {
                return answer(builder().start());
            }
        },
    };
}
