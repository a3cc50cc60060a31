package example.collector;

import android.app.job.JobParameters;
import android.app.job.JobService;

/** Scheduled by a read, and cancelled before it runs. */
public final class TargetJob extends JobService {
    @Override
    public boolean onStartJob(JobParameters parameters) {
        return false;
    }

    @Override
    public boolean onStopJob(JobParameters parameters) {
        return false;
    }
}
