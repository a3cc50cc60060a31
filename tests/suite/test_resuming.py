"""`--resume`: a run that was broken off goes on, and is judged as if it had not been."""

from __future__ import annotations

import re

import pytest
from suite_equipment import APP, equipment

from harness.bundle import open_bundle, verify
from harness.errors import NothingSelected, RigError, UsageError
from harness.rules.analysis import analyse
from harness.suite import resuming
from harness.suite.run import plan_run, run_session
from harness.suite.session import Session

ALL = ["first-launch-agree", "refuse-permissions", "refuse-restart"]


def run(tmp_path, plan, *, break_at=None, kind=""):
    """`break_at`: the number of the launch at which the cable is pulled."""
    rig, clock = equipment()
    rig.facts = {"kind": kind or "script"}
    launch, launches = rig.device.launch, []

    def unplugged(package):
        raise RigError("The device is lost.", "adb lists none.", "Plug it in.")

    def launched(package):
        launches.append(package)
        if len(launches) == break_at:
            rig.device.pids = unplugged
            unplugged(package)
        launch(package)

    rig.device.launch = launched
    session = Session(plan.order, rig, clock=clock.time_ns, monotonic=clock.monotonic, sleep=clock.sleep)
    return run_session(session, plan.scenarios)


def planned(tmp_path, **more):
    return plan_run(**({"package": APP, "out": tmp_path / "out", "observe_seconds": 2.0} | more))


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))


@pytest.fixture
def broken_off(tmp_path):
    """The first scenario was done, the second lost its device."""
    outcome = run(tmp_path, planned(tmp_path), break_at=3)
    assert outcome.scenarios == {"first-launch-agree": "done", "refuse-permissions": "failed", "refuse-restart": "not_run"}
    assert not outcome.complete
    return outcome.bundle


def words(bundle):
    return [(v.rule, str(v.verdict)) for v in analyse(bundle).verdicts]


def test_what_was_done_is_not_done_again_and_both_are_judged(tmp_path, broken_off):
    plan = planned(tmp_path, resume=broken_off)
    assert [f.scenario.id for f in plan.scenarios] == ALL[1:]
    outcome = run(tmp_path, plan)
    assert outcome.complete
    [fact] = open_bundle(outcome.bundle).facts("continues")
    assert fact.data["bundle"] == broken_off.name and fact.data["scenarios"] == ALL[:1]
    whole = run(tmp_path, planned(tmp_path, out=tmp_path / "whole"))
    analysis = analyse(outcome.bundle)
    assert words(outcome.bundle) == words(whole.bundle)
    assert words(broken_off) != words(whole.bundle)
    assert analysis.run.complete and set(analysis.run.scenarios) == set(ALL)
    assert analysis.bundles == (outcome.bundle, broken_off)
    assert str(verify(outcome.bundle).status) == "intact"
    with pytest.raises(NothingSelected, match="Nothing is left to be done"):
        planned(tmp_path, resume=outcome.bundle)


def test_it_may_be_broken_off_twice(tmp_path, broken_off):
    second = run(tmp_path, planned(tmp_path, resume=broken_off), break_at=4)
    assert second.scenarios == {"refuse-permissions": "done", "refuse-restart": "failed"}
    plan = planned(tmp_path, resume=second.bundle)
    assert [f.scenario.id for f in plan.scenarios] == ALL[2:]
    third = run(tmp_path, plan)
    assert analyse(third.bundle).bundles == (third.bundle, second.bundle, broken_off)
    assert words(third.bundle) == words(run(tmp_path, planned(tmp_path, out=tmp_path / "whole")).bundle)


def test_a_killed_run_is_closed_first(tmp_path):
    plan = planned(tmp_path)
    rig, clock = equipment()
    session = Session(plan.order, rig, clock=clock.time_ns, monotonic=clock.monotonic, sleep=clock.sleep)
    session.open()
    session.begin("refuse-restart")
    session.bundle.close()      # as the kernel does
    resumed = planned(tmp_path, resume=session.bundle.path)
    assert [f.scenario.id for f in resumed.scenarios] == ALL
    assert open_bundle(session.bundle.path).facts("recovered")


@pytest.mark.parametrize(("changed", "told"), [
    ({"package": "com.example.other"}, "another app"),
    ({"observe_seconds": 3.0}, "another value of observe in the profile"),
    ({"app_file": {"first_party": ["example.shop"]}}, "another app file"),
])
def test_another_run_is_none_to_go_on_with(tmp_path, broken_off, changed, told):
    with pytest.raises(UsageError, match=re.escape(told)):
        planned(tmp_path, resume=broken_off, **changed)


def test_another_version_is_none_either(tmp_path, broken_off, monkeypatch):
    monkeypatch.setattr(resuming, "__version__", "99")
    with pytest.raises(UsageError, match="another version of the harness"):
        planned(tmp_path, resume=broken_off)


def test_nor_is_a_device_of_another_kind(tmp_path, broken_off):
    with pytest.raises(UsageError, match="made on a device of kind script; this one is phone"):
        run(tmp_path, planned(tmp_path, resume=broken_off), kind="phone")


def test_what_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no folder of a run"):
        planned(tmp_path, resume=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no bundle"):
        planned(tmp_path, resume=tmp_path / "empty")


def test_suites(tmp_path):
    assert [f.scenario.id for f in planned(tmp_path).scenarios] == ALL
    assert {f.scenario.id for f in planned(tmp_path, suite="full").scenarios} > set(ALL)
    with pytest.raises(NothingSelected, match="There is no suite 'fast'"):
        planned(tmp_path, suite="fast")
    with pytest.raises(UsageError, match="Scenarios and a suite are named"):
        planned(tmp_path, suite="quick", scenarios=["refuse-restart"])
