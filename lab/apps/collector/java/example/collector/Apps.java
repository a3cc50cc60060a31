package example.collector;

import android.app.Activity;
import android.app.ActivityManager;
import android.app.usage.UsageStatsManager;
import android.content.Intent;
import android.content.pm.LauncherApps;
import android.content.pm.PackageManager;
import android.os.Process;

/** Which apps there are, and which run. */
final class Apps {
    private static final int MANY = 10;

    private Apps() {
    }

    private static ActivityManager running(Activity activity) {
        return Use.service(activity, ActivityManager.class);
    }

    static final Read[] ALL = {
        new Read("installed_packages", "all apps", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getPackageManager().getInstalledPackages(0);
            }
        },
        new Read("installed_applications", "all apps, the other way", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getPackageManager().getInstalledApplications(0);
            }
        },
        new Read("launchers", "apps that can be started", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                Intent main = new Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER);
                return activity.getPackageManager().queryIntentActivities(main, 0);
            }
        },
        new Read("one_app", "whether one app is there", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                try {
                    return activity.getPackageManager().getPackageInfo("com.example.nobody", 0);
                } catch (PackageManager.NameNotFoundException absent) {
                    return null;
                }
            }
        },
        new Read("one_app_label", "what one app is called", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                return activity.getPackageManager().getApplicationInfo("com.example.nobody", 0);
            }
        },
        new Read("launcher_list", "apps as a launcher sees them", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return Use.service(activity, LauncherApps.class).getActivityList(null, Process.myUserHandle());
            }
        },
        new Read("installer", "who installed this app", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getPackageManager().getInstallerPackageName(activity.getPackageName());
            }
        },
        new Read("processes", "processes that run", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return running(activity).getRunningAppProcesses();
            }
        },
        new Read("tasks", "tasks that run", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return running(activity).getRunningTasks(MANY);
            }
        },
        new Read("services", "services that run", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return running(activity).getRunningServices(MANY);
            }
        },
        new Read("usage", "how long each app was used", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                UsageStatsManager usage = Use.service(activity, UsageStatsManager.class);
                return usage.queryUsageStats(UsageStatsManager.INTERVAL_DAILY, 0, System.currentTimeMillis());
            }
        },
        new Read("ends", "why the app ended before", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return running(activity).getHistoricalProcessExitReasons(null, 0, MANY);
            }
        },
    };
}
