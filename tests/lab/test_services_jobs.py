"""Jobs run in the app's process when what they wait for holds, also when that process, or the system, was gone in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.service_bench import PACKAGE, ServiceBench

pytestmark = pytest.mark.lab


@pytest.fixture
def lab(device: ServiceBench) -> Iterator[ServiceBench]:
    """With no job, its network on, and nothing said yet."""
    device.shell(f"am force-stop {PACKAGE}")
    device.forget()
    yield device
    device.shell("svc wifi enable; svc data enable; dumpsys battery reset")


def test_a_job_waits_for_its_latency_and_runs_once(lab: ServiceBench) -> None:
    lab.in_front("schedule", "--es how short --ei latency 400")
    assert lab.hear("job service destroyed") == [
        "scheduled 1", "job 1 starts short network false expired false", "job service destroyed",
    ]  # fmt: skip
    lab.in_front("pending")
    lab.hear("pending none of 0")


def test_a_job_outlives_the_process_that_scheduled_it(lab: ServiceBench) -> None:
    lab.in_front("schedule", "--es how short --ei latency 60000 --ez persisted true")
    lab.kill()
    shown = lab.shell("dumpsys jobscheduler")
    assert "JOB #u0a" in shown and "PERSISTED" in shown and "Unsatisfied constraints: TIMING_DELAY" in shown
    assert lab.shell(f"cmd jobscheduler run {PACKAGE} 1; echo $?").endswith("--force not specified\n22")
    assert lab.shell(f"cmd jobscheduler run -f {PACKAGE} 1") == "Running job [FORCED]"
    lab.hear("job 1 starts short network false expired false")


def test_a_job_waits_for_the_network_and_is_stopped_when_it_goes(lab: ServiceBench) -> None:
    lab.shell("svc wifi disable; svc data disable")
    lab.in_front("schedule", "--es how long --ei network 1")
    assert "Unsatisfied constraints: CONNECTIVITY" in lab.shell("dumpsys jobscheduler")
    lab.shell("svc wifi enable")
    lab.hear("job 1 starts long network true expired false")
    lab.shell("svc wifi disable")
    lab.hear("job 1 stopped for 7")


def test_a_job_waits_for_the_charger_unless_its_deadline_passes(lab: ServiceBench) -> None:
    lab.shell("dumpsys battery unplug")
    lab.in_front("schedule", "--es how short --ez charging true")
    assert "Unsatisfied constraints: CHARGING" in lab.shell("dumpsys jobscheduler")
    lab.shell("dumpsys battery set ac 1")
    lab.hear("job 1 starts short network false expired false")
    lab.shell("dumpsys battery unplug")
    lab.in_front("schedule", "--ei id 2 --es how short --ez charging true --ei deadline 300")
    lab.hear("job 2 starts short network false expired true")


def test_a_job_that_fails_waits_longer_before_it_runs_again(lab: ServiceBench) -> None:
    lab.in_front("schedule", "--es how again --ei latency 1")
    lab.hear("job 1 starts again network false expired false")
    shown = lab.wait_for("dumpsys jobscheduler", "Num failures: 1")
    assert "Unsatisfied constraints: TIMING_DELAY" in shown and "earliest=+2" in shown  # of its first backoff, 30 s
    lab.shell(f"cmd jobscheduler run -f {PACKAGE} 1")
    lab.wait_for("dumpsys jobscheduler", "Num failures: 2")


def test_a_job_is_stopped_when_its_time_is_over(lab: ServiceBench) -> None:
    lab.in_front("schedule", "--es how long --ei latency 1")
    lab.hear("job 1 starts long network false expired false")
    assert "Active jobs:\n  JOB #u0a" in lab.shell("dumpsys jobscheduler")
    lab.shell("cmd jobscheduler timeout")
    lab.hear("job 1 stopped for 3")
    lab.wait_for("dumpsys jobscheduler", "Active jobs:\n  None")


def test_a_cancelled_job_does_not_run_and_a_periodic_one_comes_again(lab: ServiceBench) -> None:
    lab.in_front("schedule", "--ei id 3 --es how short --ei latency 60000")
    lab.in_front("cancelJob", "--ei id 3")
    lab.wait_for("dumpsys jobscheduler", "Registered 0 jobs")
    lab.in_front("schedule", "--ei id 4 --es how short --ei period 900000")
    lab.hear("job 4 starts short network false expired false")  # its first period has begun
    shown = lab.wait_for("dumpsys jobscheduler", "Unsatisfied constraints: TIMING_DELAY")
    assert "PERIODIC: interval=+15m flex=+15m" in shown


def test_work_is_handed_out_item_by_item(lab: ServiceBench) -> None:
    lab.in_front("enqueue")
    assert lab.hear("job service destroyed")[1:3] == ["work one delivered 1", "work two delivered 1"]


def test_a_job_of_a_service_that_others_could_call_is_refused(lab: ServiceBench) -> None:
    lab.in_front("scheduleWrongly")
    lab.wait_for("logcat -d -s Services:I", "threw java.lang.IllegalArgumentException: .*does not require .*BIND_JOB_SERVICE")


def test_force_stop_takes_the_jobs_and_a_reboot_those_not_persisted(lab: ServiceBench) -> None:
    lab.in_front("schedule", "--ei id 5 --es how short --ei latency 60000")
    lab.in_front("schedule", "--ei id 6 --es how short --ei latency 60000 --ez persisted true")
    lab.reboot()
    shown = lab.shell("dumpsys jobscheduler")
    assert "/6: example.services/.WorkJob" in shown and "/5: example.services/.WorkJob" not in shown
    lab.in_front("pending", "--ei id 6")
    lab.hear("pending short true of 1")
    lab.shell(f"am force-stop {PACKAGE}")
    assert "Registered 0 jobs" in lab.shell("dumpsys jobscheduler")
