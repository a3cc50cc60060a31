package example.services;

import android.app.job.JobInfo;
import android.app.job.JobScheduler;
import android.app.job.JobWorkItem;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.os.PersistableBundle;

final class JobActs {
    private JobActs() {}

    private static JobScheduler scheduler(Context context) {
        return (JobScheduler) context.getSystemService(Context.JOB_SCHEDULER_SERVICE);
    }

    private static JobInfo.Builder job(Context context, int id, String how) {
        PersistableBundle extras = new PersistableBundle();
        extras.putString("how", how);
        return new JobInfo.Builder(id, new ComponentName(context, WorkJob.class)).setExtras(extras);
    }

    /** One job: extras id, how, and what it waits for. */
    static void schedule(Context context, Intent intent) {
        JobInfo.Builder job = job(context, intent.getIntExtra("id", 1), intent.getStringExtra("how"));
        if (intent.hasExtra("latency")) {
            job.setMinimumLatency(intent.getIntExtra("latency", 0));
        }
        if (intent.hasExtra("network")) {
            job.setRequiredNetworkType(intent.getIntExtra("network", 1));
        }
        if (intent.hasExtra("deadline")) {
            job.setOverrideDeadline(intent.getIntExtra("deadline", 0));
        }
        if (intent.hasExtra("period")) {
            job.setPeriodic(intent.getIntExtra("period", 0));
        }
        job.setRequiresCharging(intent.getBooleanExtra("charging", false));
        job.setPersisted(intent.getBooleanExtra("persisted", false));
        Acts.say("scheduled " + scheduler(context).schedule(job.build()));
    }

    static void enqueue(Context context, Intent intent) {
        for (String word : new String[] {"one", "two"}) {
            scheduler(context).enqueue(job(context, 7, "work").setMinimumLatency(500).build(),
                new JobWorkItem(new Intent().putExtra("word", word)));
        }
    }

    static void pending(Context context, Intent intent) {
        JobInfo found = scheduler(context).getPendingJob(intent.getIntExtra("id", 1));
        Acts.say("pending " + (found == null ? "none" : found.getExtras().getString("how") + " " + found.isPersisted())
            + " of " + scheduler(context).getAllPendingJobs().size());
    }

    static void cancelJob(Context context, Intent intent) {
        scheduler(context).cancel(intent.getIntExtra("id", 1));
    }

    static void scheduleWrongly(Context context, Intent intent) {
        scheduler(context).schedule(new JobInfo.Builder(1, new ComponentName(context, StickyService.class))
            .setMinimumLatency(1).build());
    }
}
