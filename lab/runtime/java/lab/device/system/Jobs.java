package lab.device.system;

import android.app.job.IJobCallback;
import android.app.job.IJobService;
import android.app.job.JobInfo;
import android.app.job.JobParameters;
import android.app.job.JobWorkItem;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.ParceledListSlice;
import android.net.ConnectivityManager;
import android.net.Network;
import android.os.IBinder;
import android.os.RemoteException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lab.device.DeviceMain;

/**
 * android.app.job.IJobScheduler: the daemon holds the jobs and says when one is to run; here its service is bound
 * and told, as JobServiceContext does it in the system's process.
 */
public final class Jobs {
  private static final int SUCCESS = 1;

  private final Map<String, Run> running = new HashMap<>();

  // What the app asks

  int schedule(String namespace, JobInfo job) {
    Daemon.ask("job", "verb", "schedule", "namespace", namespace, "job", write(job));
    return SUCCESS;
  }

  int enqueue(String namespace, JobInfo job, JobWorkItem work) {
    Daemon.ask("job", "verb", "schedule", "namespace", namespace, "job", write(job), "work", Parcels.write(work));
    return SUCCESS;
  }

  int scheduleAsPackage(String namespace, JobInfo job, String packageName, int user, String tag) {
    return schedule(namespace, job);
  }

  void cancel(String namespace, int id) {
    Daemon.ask("job", "verb", "cancel", "namespace", namespace, "id", id);
  }

  void cancelAll() {
    Daemon.ask("job", "verb", "cancel_all");
  }

  void cancelAllInNamespace(String namespace) {
    Daemon.ask("job", "verb", "cancel_all", "within", true, "namespace", namespace);
  }

  JobInfo getPendingJob(String namespace, int id) {
    for (Map<?, ?> one : list()) {
      boolean there = namespace == null ? one.get("namespace") == null : namespace.equals(one.get("namespace"));
      if (there && ((Number) one.get("id")).intValue() == id) {
        return Parcels.read((String) one.get("parcel"), JobInfo.CREATOR);
      }
    }
    return null;
  }

  ParceledListSlice<JobInfo> getAllPendingJobsInNamespace(String namespace) {
    ParceledListSlice<JobInfo> found = getAllPendingJobs().get(namespace);
    return found == null ? new ParceledListSlice<>(Collections.emptyList()) : found;
  }

  Map<String, ParceledListSlice<JobInfo>> getAllPendingJobs() {
    Map<String, List<JobInfo>> found = new HashMap<>();
    for (Map<?, ?> one : list()) {
      found
          .computeIfAbsent((String) one.get("namespace"), name -> new ArrayList<>())
          .add(Parcels.read((String) one.get("parcel"), JobInfo.CREATOR));
    }
    Map<String, ParceledListSlice<JobInfo>> slices = new HashMap<>();
    found.forEach((name, jobs) -> slices.put(name, new ParceledListSlice<>(jobs)));
    return slices;
  }

  List<JobInfo> getStartedJobs() {
    throw new SecurityException("getStartedJobs() is system internal use only.");
  }

  int getPendingJobReason(String namespace, int id) {
    return Daemon.integer(Daemon.ask("job", "verb", "reason", "namespace", namespace, "id", id), "reason");
  }

  boolean canRunUserInitiatedJobs(String packageName) {
    return lab.device.Permissions.granted("android.permission.RUN_USER_INITIATED_JOBS");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<?, ?>> list() {
    return (List<Map<?, ?>>) Daemon.ask("job", "verb", "list").get("jobs");
  }

  private static Map<String, Object> write(JobInfo job) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("id", job.getId());
    fields.put("service", job.getService().flattenToString());
    fields.put("network", job.getNetworkType());
    fields.put("charging", job.isRequireCharging());
    fields.put("battery_not_low", job.isRequireBatteryNotLow());
    fields.put("storage_not_low", job.isRequireStorageNotLow());
    fields.put("idle", job.isRequireDeviceIdle());
    fields.put("latency_ms", job.hasEarlyConstraint() ? job.getMinLatencyMillis() : 0);
    fields.put("deadline_ms", job.hasLateConstraint() ? job.getMaxExecutionDelayMillis() : -1);
    fields.put("interval_ms", job.isPeriodic() ? job.getIntervalMillis() : 0);
    fields.put("flex_ms", job.isPeriodic() ? job.getFlexMillis() : 0);
    fields.put("persisted", job.isPersisted());
    fields.put("backoff_ms", job.getInitialBackoffMillis());
    fields.put("backoff_linear", job.getBackoffPolicy() == JobInfo.BACKOFF_POLICY_LINEAR);
    fields.put("expedited", job.isExpedited());
    fields.put("user_initiated", job.isUserInitiated());
    fields.put("watches_content", job.getTriggerContentUris() != null);
    fields.put("parcel", Parcels.write(job));
    return fields;
  }

  // What the daemon calls, on the main thread

  /** Binds the job's service and starts the job. */
  public void start(Map<String, Object> call) {
    String run = (String) call.get("run");
    Run one = new Run(run, call);
    running.put(run, one);
    if (!DeviceMain.services().bind(new Intent().setComponent(one.service), one, Context.BIND_AUTO_CREATE, Runnable::run)) {
      running.remove(run);
      throw new IllegalStateException("no service " + one.service.flattenToShortString());
    }
  }

  /** Tells the job's service to stop: `reason` of JobParameters.STOP_REASON_*. */
  public void stop(Map<String, Object> call) throws RemoteException {
    Run one = running.get((String) call.get("run"));
    if (one != null && one.binder != null) {
      one.parameters.setStopReason(
          Daemon.integer(call, "reason"), Daemon.integer(call, "internal_reason"), (String) call.get("why"));
      one.binder.stopJob(one.parameters);
    }
  }

  /** The daemon has heard the end of it. */
  public void end(Map<String, Object> call) {
    Run one = running.remove((String) call.get("run"));
    if (one != null) {
      DeviceMain.services().unbind(one);
    }
  }

  /** One execution of a job: the connection to its service, and what the service says back. */
  private static final class Run implements ServiceConnection {
    final String id;
    final ComponentName service;
    final JobParameters parameters;
    IJobService binder;

    Run(String id, Map<String, Object> call) {
      this.id = id;
      JobInfo job = Parcels.read((String) call.get("parcel"), JobInfo.CREATOR);
      service = job.getService();
      IJobCallback callback = LocalService.of(IJobCallback.class, new Callback(this));
      parameters =
          new JobParameters(
              callback.asBinder(), (String) call.get("namespace"), job.getId(), job.getExtras(), job.getTransientExtras(),
              job.getClipData(), job.getClipGrantFlags(), Boolean.TRUE.equals(call.get("expired")), job.isExpedited(),
              job.isUserInitiated(), null, null, job.getNetworkType() == JobInfo.NETWORK_TYPE_NONE ? null : network());
    }

    private static Network network() {
      ConnectivityManager manager =
          (ConnectivityManager) DeviceMain.app().context().getSystemService(Context.CONNECTIVITY_SERVICE);
      return manager.getActiveNetwork();
    }

    @Override
    public void onServiceConnected(ComponentName name, IBinder bound) {
      binder = IJobService.Stub.asInterface(bound);
      try {
        binder.startJob(parameters);
      } catch (RemoteException e) {
        throw e.rethrowAsRuntimeException();
      }
    }

    @Override
    public void onServiceDisconnected(ComponentName name) {}

    void tell(String verb, Object... more) {
      Object[] fields = new Object[4 + more.length];
      fields[0] = "verb";
      fields[1] = verb;
      fields[2] = "run";
      fields[3] = id;
      System.arraycopy(more, 0, fields, 4, more.length);
      DeviceMain.wire().tell("job", fields);
    }
  }

  /** android.app.job.IJobCallback */
  private static final class Callback {
    private final Run run;

    Callback(Run run) {
      this.run = run;
    }

    void acknowledgeStartMessage(int id, boolean ongoing) {
      run.tell("started", "ongoing", ongoing);
    }

    void acknowledgeStopMessage(int id, boolean again) {
      run.tell("stopped", "again", again);
    }

    void jobFinished(int id, boolean again) {
      run.tell("finished", "again", again);
    }

    JobWorkItem dequeueWork(int id) {
      Map<String, Object> answer = Daemon.ask("job", "verb", "dequeue", "run", run.id);
      String parcel = Daemon.text(answer, "work");
      if (parcel == null) {
        return null;
      }
      JobWorkItem item = Parcels.read(parcel, JobWorkItem.CREATOR);
      item.setWorkId(Daemon.integer(answer, "work_id"));
      item.bumpDeliveryCount();
      item.getIntent().setExtrasClassLoader(DeviceMain.app().loader());
      return item;
    }

    boolean completeWork(int id, int work) {
      return Boolean.TRUE.equals(Daemon.ask("job", "verb", "complete", "run", run.id, "work_id", work).get("known"));
    }

    void setNotification(int id, int notificationId, android.app.Notification notification, int policy) {
      DeviceMain.app()
          .context()
          .getSystemService(android.app.NotificationManager.class)
          .notify(notificationId, notification);
    }
  }
}
