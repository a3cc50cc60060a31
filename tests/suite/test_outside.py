"""What happens to a scripted device: each act is told with what was before and after it, and with what the app started then."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite_device import APP, Page
from suite_rig import rig

from harness.device.device import Shell
from harness.errors import RigError
from harness.model import GapKind
from harness.suite.driver import NotReached
from harness.suite.outside import Outside, has_run

PAGES = {"main": Page(body=("首页",))}
DUMP = f"""Activity Resolver Table:
  Non-Data Actions:
      android.intent.action.MAIN:
        2b05dd4 {APP}/.Main filter 54779b1
          Action: "android.intent.action.MAIN"

Receiver Resolver Table:
  Non-Data Actions:
      android.intent.action.BOOT_COMPLETED:
        6259499 {APP}/.Boot filter dded155
          Action: "android.intent.action.BOOT_COMPLETED"
      com.partner.WAKE:
        e41aa7 {APP}/.Other filter c390d70
          Action: "com.partner.WAKE"

Key Set Manager:
"""


class Bench:
    """`kind`: of the device; `wakes`: the command that starts the app, and why the log says so."""

    serial = "fake:1"

    def __init__(self, kind="lab", wakes="", reason=f"broadcast {{{APP}/.Boot}}"):
        self.parts = rig(PAGES, "main")
        self.kind = kind
        self.hooked = self.parts.app.hooked
        self.came_back = 0
        self.reason = reason
        self.device = self.parts.device
        self.lines: list[str] = []
        self.device.said |= {"dumpsys power": "  mWakefulness=Awake\n", "settings get": "1\n", "dumpsys package": DUMP,
                             "logcat": lambda device: "\n".join(self.lines)}
        if wakes:
            self.device.said[wakes] = lambda device: self._wake() or ""
        self.outside = Outside(self, self.device, self.parts.steps, APP, self.parts.user.limits,
                               monotonic=self.parts.clock.monotonic, sleep=self.parts.clock.sleep)

    def _wake(self):
        self.device.running, self.device.pid = True, 777
        at = self.device.clock.now_ns / 1e9
        self.lines.append(f"         {at:.3f}  1000  1000 I ActivityManager: Start proc 777:{APP}/u0a99 for {self.reason}")

    def device_facts(self):
        return {"kind": self.kind}

    def again(self, seconds):
        self.came_back += 1

    @property
    def told(self):
        return [fact.data for fact in self.parts.journal.facts if fact.type == "outside"]


def test_an_act_says_how_the_device_was_before_and_after():
    bench = Bench()
    sent = "$ input keyevent 223"
    bench.device.said["dumpsys power"] = lambda device: f"mWakefulness={'Asleep' if sent in device.log else 'Awake'}"
    bench.outside.screen_off()
    (fact,) = bench.told
    assert (fact["act"], fact["outcome"]) == ("screen_off", "done")
    assert (fact["before"]["screen"], fact["after"]["screen"]) == ("Awake", "Asleep")
    assert [step.opens for step in bench.parts.journal.steps if step.action == "outside"] == ["background"]


def test_what_started_the_app_is_told_in_the_systems_words():
    bench = Bench(wakes="svc data enable")
    happened = bench.outside.network(True, watch=5)
    assert [(one.process, one.pid) for one in happened.started] == [(APP, 777)]
    assert bench.told[0]["started"] == [
        {"process": APP, "pid": 777, "reason": f"broadcast {{{APP}/.Boot}}", "kind": "broadcast", "component": ".Boot"}]


def test_other_apps_that_started_are_told_and_the_systems_are_not():
    bench = Bench(wakes="svc data enable")
    at = bench.device.clock.now_ns / 1e9 + 1
    bench.lines += [f"  {at:.3f}  1  1 I ActivityManager: Start proc {pid}:{name}/u0a9 for service {{{name}/.Push}}"
                    for pid, name in ((8, "com.partner:push"), (9, "com.android.phone"))]
    bench.outside.network(True, watch=5)
    assert [(one["process"], one["kind"]) for one in bench.told[0]["others"]] == [("com.partner:push", "service")]
    assert [one["process"] for one in bench.told[0]["started"]] == [APP]


def test_a_process_without_a_line_in_the_log_has_no_reason():
    bench = Bench(wakes="svc data enable")
    bench.device.said["logcat"] = ""
    assert [one.reason for one in bench.outside.network(True, watch=5).started] == [""]


def test_what_the_log_told_before_the_act_is_not_its_doing():
    bench = Bench()
    bench._wake()
    bench.device.running = False
    bench.parts.clock.sleep(3)
    assert bench.outside.unlock(watch=1).started == ()


def test_nothing_that_starts_is_waited_for_as_long_as_asked():
    bench = Bench()
    before = bench.parts.clock.monotonic()
    assert bench.outside.unlock(watch=5).started == ()
    assert 5 <= bench.parts.clock.monotonic() - before < 6
    assert bench.told[0]["watched_s"] == 5


def test_another_app_is_installed_and_taken_away():
    bench = Bench()
    bench.device.install = lambda apk: bench.device.others.add("example.other")
    bench.device.uninstall = lambda package: bench.device.others.discard(package)
    package = bench.outside.install_other(Path("other.apk"))
    bench.outside.remove_other(package)
    told = [(fact["act"], fact["target"]) for fact in bench.told]
    assert told == [("install_other", "other.apk"), ("remove_other", "example.other")]
    assert bench.device.others == set()


def test_an_app_that_was_there_is_not_taken_for_installed():
    bench = Bench()
    bench.device.install = lambda apk: None
    with pytest.raises(NotReached, match="was there already"):
        bench.outside.install_other(Path("other.apk"))


def test_the_app_under_test_is_no_other_app():
    with pytest.raises(RigError, match="under test"):
        Bench().outside.remove_other(APP)


def test_a_restart_sets_the_captures_up_again():
    bench = Bench()
    bench.outside.reboot()
    assert bench.came_back == 1
    assert [fact["act"] for fact in bench.told] == ["reboot"]


def test_an_act_that_fails_is_told_as_such_and_raised():
    bench = Bench()

    def lost(*words, seconds=30.0):
        if words[0] == "svc":
            raise RigError("gone")
        return plain(*words)

    plain, bench.device.shell = bench.device.shell, lost
    with pytest.raises(RigError):
        bench.outside.network(False)
    assert (bench.told[0]["outcome"], bench.told[0]["why"]) == ("failed", "gone")
    assert bench.parts.journal.steps[-1].outcome == "failed"


def test_what_the_device_does_not_do_is_a_gap_and_no_fault_of_the_rig():
    bench = Bench()
    plain = bench.device.shell
    bench.device.shell = lambda *words, **more: Shell(1, "", "no such service") if words[0] == "svc" else plain(*words)
    with pytest.raises(NotReached, match="no such service"):
        bench.outside.network(True)
    assert (bench.told[0]["outcome"], bench.told[0]["before"]["screen"]) == ("not_done", "Awake")
    assert bench.parts.journal.gaps[-1].kind is GapKind.DEVICE_LIMIT


def test_a_phone_reached_over_its_network_is_not_cut_off():
    bench = Bench(kind="phone")
    with pytest.raises(NotReached):
        bench.outside.network(False)
    assert bench.parts.journal.gaps[-1].kind is GapKind.DEVICE_LIMIT
    assert not any(line.startswith("$ svc") for line in bench.device.log)


def test_actions_that_only_other_apps_send():
    assert Bench().outside.other_actions() == ["com.partner.WAKE"]


def test_the_lab_is_shaken_to_and_fro_about_the_earths_pull():
    bench = Bench()
    assert bench.outside.shake(10)
    sent = [line.split()[-1] for line in bench.device.log if "sensorservice inject 1" in line]
    assert sent == ["19.81", "9.81", "-0.19", "9.81"]


def test_a_phone_cannot_be_shaken_which_is_a_gap():
    bench = Bench(kind="phone")
    assert not bench.outside.shake(10)
    assert bench.parts.journal.gaps[-1].kind is GapKind.DEVICE_LIMIT
    assert bench.told[0]["outcome"] == "not_done"


@pytest.mark.parametrize(("end", "command"), [("end_processes", "$ am kill"), ("force_stop", "stop")])
def test_processes_are_ended_as_the_system_or_the_user_does(end, command):
    bench = Bench()
    bench.parts.app.launch()
    getattr(bench.outside, end)()
    assert any(line.startswith(command) for line in bench.device.log)


def test_whether_an_app_has_run_since_say_its_processes_and_the_log():
    bench = Bench()
    bench.device.running = False
    bench._wake()
    bench.device.running = False
    woken = bench.device.clock.now_ns / 1e9
    assert has_run(bench.device, APP, woken - 1)
    assert not has_run(bench.device, APP, woken + 1)
    bench.device.running = True
    assert has_run(bench.device, APP, woken + 1)
