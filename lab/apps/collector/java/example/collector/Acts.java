package example.collector;

import android.app.Activity;
import android.app.AlarmManager;
import android.app.PendingIntent;
import android.app.job.JobInfo;
import android.app.job.JobScheduler;
import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.ContentValues;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.ServiceConnection;
import android.os.IBinder;
import android.provider.CalendarContract;
import android.provider.ContactsContract;
import java.util.concurrent.CountDownLatch;

/** No reading, but what rules on behaviour look at: permissions, starts of components, writing. */
final class Acts {
    private static final String OAID_SERVICE = "com.samsung.android.deviceidservice";
    private static final int LATER = 3_600_000;

    private Acts() {
    }

    private static PendingIntent later(Activity activity) {
        Intent own = new Intent(activity, WakeReceiver.class);
        return PendingIntent.getBroadcast(activity, 1, own, PendingIntent.FLAG_IMMUTABLE | PendingIntent.FLAG_UPDATE_CURRENT);
    }

    private static AlarmManager alarms(Activity activity) {
        return Use.service(activity, AlarmManager.class);
    }

    private abstract static class Connection implements ServiceConnection {
        @Override
        public void onServiceDisconnected(ComponentName name) {
        }
    }

    static final Read[] ALL = {
        new Read("permission_check", "whether it may use the camera", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.checkSelfPermission("android.permission.CAMERA");
            }
        },
        new Read("permission_check_refused", "whether it may read messages", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.checkSelfPermission("android.permission.READ_SMS");
            }
        },
        new Read("permission_check_by_manager", "whether it may read contacts", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getPackageManager().checkPermission("android.permission.READ_CONTACTS", activity.getPackageName());
            }
        },
        new Read("permission_rationale", "whether it should explain", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.shouldShowRequestPermissionRationale("android.permission.READ_SMS");
            }
        },
        new Read("permission_request", "asks for what it has already", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                activity.requestPermissions(new String[] {"android.permission.CAMERA"}, 1);
                return "asked";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
        new Read("start_service", "starts a service of its own", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.startService(new Intent(activity, TargetService.class)).getClassName();
            }
        },
        new Read("start_foreground_service", "starts a service that may stay", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.startForegroundService(new Intent(activity, TargetService.class).putExtra("front", true))
                    .getClassName();
            }
        },
        new Read("bind_service", "binds a service of its own", Route.DIRECT) {
            @Override
            Object run(Activity activity) throws Exception {
                final CountDownLatch told = new CountDownLatch(1);
                Connection connection = new Connection() {
                    @Override
                    public void onServiceConnected(ComponentName name, IBinder binder) {
                        told.countDown();
                    }
                };
                boolean bound = activity.bindService(new Intent(activity, TargetService.class), connection, Context.BIND_AUTO_CREATE);
                Use.await(told);
                activity.unbindService(connection);
                return bound;
            }
        },
        new Read("oaid_service", "binds a maker's service for the OAID", Route.BINDER) {
            @Override
            Object run(Activity activity) {
                return bindFar(activity, new Intent(OAID_SERVICE).setPackage(OAID_SERVICE));
            }
        },
        new Read("ad_id_service", "binds Google's service for the advertising id", Route.BINDER) {
            @Override
            Object run(Activity activity) {
                return bindFar(activity, new Intent("com.google.android.gms.ads.identifier.service.START").setPackage("com.google.android.gms"));
            }
        },
        new Read("send_broadcast", "sends word to a receiver of its own", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                activity.sendBroadcast(new Intent(activity, WakeReceiver.class));
                return "sent";
            }
        },
        new Read("boot_receiver", "wants to hear of every screen that lights up", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                BroadcastReceiver receiver = new WakeReceiver();
                activity.registerReceiver(receiver, new IntentFilter(Intent.ACTION_SCREEN_ON));
                activity.unregisterReceiver(receiver);
                return "registered";
            }
        },
        new Read("alarm", "lets itself be woken in an hour", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                alarms(activity).set(AlarmManager.RTC, System.currentTimeMillis() + LATER, later(activity));
                alarms(activity).cancel(later(activity));
                return "set";
            }
        },
        new Read("alarm_repeating", "lets itself be woken again and again", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                alarms(activity).setRepeating(AlarmManager.RTC, System.currentTimeMillis() + LATER, LATER, later(activity));
                alarms(activity).cancel(later(activity));
                return "set";
            }
        },
        new Read("job", "a job for later", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                JobScheduler jobs = Use.service(activity, JobScheduler.class);
                JobInfo job = new JobInfo.Builder(1, new ComponentName(activity, TargetJob.class)).setMinimumLatency(LATER).build();
                int done = jobs.schedule(job);
                jobs.cancel(1);
                return done;
            }
        },
        new Read("event_insert", "writes into the calendar", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                ContentValues event = new ContentValues();
                event.put("title", "invented by the collector");
                event.put("calendar_id", 1);
                return activity.getContentResolver().insert(CalendarContract.Events.CONTENT_URI, event) != null;
            }
        },
        new Read("event_delete", "deletes from the calendar", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                String[] title = {"invented by the collector"};
                return activity.getContentResolver().delete(CalendarContract.Events.CONTENT_URI, "title = ?", title);
            }
        },
        new Read("contact_insert_refused", "writes into the contacts, without the permission", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                return activity.getContentResolver().insert(ContactsContract.RawContacts.CONTENT_URI, new ContentValues());
            }
        },
        new Read("start_activity", "opens a screen of its own", Route.DIRECT) {
            @Override
            Object run(Activity activity) {
                activity.startActivity(new Intent(activity, TargetActivity.class));
                return "started";
            }

            @Override
            boolean onMain() {
                return true;
            }
        },
    };

    private static boolean bindFar(Activity activity, Intent service) {
        ServiceConnection connection = new Connection() {
            @Override
            public void onServiceConnected(ComponentName name, IBinder binder) {
            }
        };
        boolean bound = activity.bindService(service, connection, Context.BIND_AUTO_CREATE);
        if (bound) {
            activity.unbindService(connection);
        }
        return bound;
    }
}
