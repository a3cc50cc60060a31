package example.bad;

import android.app.Activity;
import android.os.Process;
import android.util.Log;
import android.widget.Toast;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** What it can be asked to do. */
final class Deeds {
    private static final List<Object> KEPT = new ArrayList<>();

    private Deeds() {
    }

    static void act(final Activity activity, String deed) {
        switch (deed) {
            case "stuck":
                sleepForever();
                break;
            case "busy":
                while (KEPT.isEmpty()) {
                    // for ever
                }
                break;
            case "halt":
                Runtime.getRuntime().halt(3);
                break;
            case "exit":
                System.exit(3);
                break;
            case "kill":
                Process.killProcess(Process.myPid());
                break;
            case "memory":
                while (true) {
                    KEPT.add(new byte[1 << 20]);
                }
            case "stack":
                deeper(0);
                break;
            case "threads":
                for (int i = 0; i < 10_000; i++) {
                    new Thread(Deeds::sleepForever).start();
                }
                break;
            case "delete":
                Log.i("Bad", "deleted " + delete(activity.getDataDir()) + " and "
                    + delete(new File(activity.getPackageCodePath()).getParentFile()));
                break;
            case "log":
                for (int i = 0; i < 100_000; i++) {
                    Log.i("Bad", "line " + i);
                }
                break;
            case "print":
                for (int i = 0; i < 100_000; i++) {
                    System.out.println("printed " + i);
                }
                break;
            case "toasts":
                for (int i = 0; i < 5_000; i++) {
                    Toast.makeText(activity, "toast " + i, Toast.LENGTH_LONG).show();
                }
                break;
            case "endless_layout":
                activity.setContentView(activity.getResources().getIdentifier("endless", "layout", activity.getPackageName()));
                break;
            case "looped_resources":
                activity.setContentView(activity.getResources().getIdentifier("looped", "layout", activity.getPackageName()));
                int first = activity.getResources().getIdentifier("first", "string", activity.getPackageName());
                Log.i("Bad", "the string is " + activity.getResources().getString(first));
                break;
            default:
                throw new IllegalArgumentException(deed);
        }
    }

    static void sleepForever() {
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException early) {
                Log.i("Bad", "sleeps on");
            }
        }
    }

    private static int deeper(int depth) {
        return deeper(depth + 1) + depth;
    }

    private static int delete(File file) {
        int count = 0;
        File[] inside = file.listFiles();
        for (File one : inside == null ? new File[0] : inside) {
            count += delete(one);
        }
        return count + (file.delete() ? 1 : 0);
    }
}
