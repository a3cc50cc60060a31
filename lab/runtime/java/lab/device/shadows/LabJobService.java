package lab.device.shadows;

import android.app.job.JobService;
import org.robolectric.annotation.Implements;

/** Job services tell the system when they are done, where Robolectric's only remember it. */
@Implements(JobService.class)
public class LabJobService extends LabService {}
