package example.services;

import android.app.job.JobParameters;
import android.app.job.JobService;
import android.app.job.JobWorkItem;

/** Says what it is given; what it does is in the job's extra "how". */
public final class WorkJob extends JobService {
    @Override
    public boolean onStartJob(JobParameters parameters) {
        String how = parameters.getExtras().getString("how");
        Acts.say("job " + parameters.getJobId() + " starts " + how + " network " + (parameters.getNetwork() != null)
            + " expired " + parameters.isOverrideDeadlineExpired());
        if (how.equals("again")) {
            jobFinished(parameters, true);
            return true;
        }
        if (how.equals("work")) {
            JobWorkItem item;
            while ((item = parameters.dequeueWork()) != null) {
                Acts.say("work " + item.getIntent().getStringExtra("word") + " delivered " + item.getDeliveryCount());
                parameters.completeWork(item);
            }
            return true;
        }
        return how.equals("long");
    }

    @Override
    public boolean onStopJob(JobParameters parameters) {
        Acts.say("job " + parameters.getJobId() + " stopped for " + parameters.getStopReason());
        return false;
    }

    @Override
    public void onDestroy() {
        Acts.say("job service destroyed");
    }
}
