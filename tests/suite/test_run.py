"""A run from its first fact to its seal: the shipped scenarios over a scripted rig, and every way it can end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from suite_device import FakeDevice, Page
from suite_equipment import APP, equipment

from harness.bundle import Status, open_bundle, verify
from harness.device.proven import Proven
from harness.errors import NothingSelected, RigError, UsageError
from harness.model import GapKind
from harness.suite.limits import load_limits
from harness.suite.run import ScenarioBug, make_order, run_session
from harness.suite.scenario import BrokenScenario, find, of_suite, select
from harness.suite.session import Session

LIMITS = load_limits()


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))


def session(tmp_path, pages=None, start="notice", *, observe=3.0, **more):
    rig, clock = equipment(pages, start, **more)
    order = make_order(apk=None, package=APP, out=tmp_path / "out", limits=LIMITS, observe=observe, app_file=None,
                       operator="tester", command_line=("harness", "run"))
    made = Session(order, rig, clock=clock.time_ns, monotonic=clock.monotonic, sleep=clock.sleep)
    return made, rig


def run(tmp_path, names=(), **more):
    made, rig = session(tmp_path, **more)
    return run_session(made, select(names) if names else of_suite()), rig


def scenario_file(tmp_path, body, name="mine", scenario_id="mine"):
    folder = tmp_path / "scenarios"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(
        f'"""Mine."""\nfrom harness.suite.scenario import Scenario\n'
        f'scenario = Scenario(id="{scenario_id}", title="mine", title_zh="我的")\n{body}')
    return folder


def stages(reader, scenario):
    return [s.opens for s in reader.steps() if s.scenario == scenario and s.opens]


QUICK = ["first-launch-agree", "refuse-permissions", "refuse-restart"]


def test_the_three_scenarios_reach_their_stages_and_leave_a_whole_bundle(tmp_path):
    outcome, _ = run(tmp_path, QUICK)
    assert outcome.scenarios == {"first-launch-agree": "done", "refuse-permissions": "done", "refuse-restart": "done"}
    assert (outcome.complete, outcome.reason, outcome.error) == (True, "", None)
    assert verify(outcome.bundle).status == Status.INTACT
    reader = open_bundle(outcome.bundle)
    assert stages(reader, "first-launch-agree") == ["after_agree", "background"]
    assert stages(reader, "refuse-restart") == ["after_refusal"]
    assert set(stages(reader, "refuse-permissions")) == {"after_agree", "after_permission_denial"}
    assert list(reader.gaps()) == []


def test_the_refusal_is_followed_and_the_app_started_twice_more(tmp_path):
    outcome, rig = run(tmp_path, ["refuse-restart"])
    steps = list(open_bundle(outcome.bundle).steps())
    refuse = next(s for s in steps if s.action == "refuse")
    assert (refuse.outcome, refuse.detail["levels"]) == ("exits", ["policy_consent", "policy_second_chance"])
    after = [s.action for s in steps[steps.index(refuse) + 1:]]
    assert after == ["observe", "launch", "observe", "kill", "launch", "observe", "scenario_end"]
    assert rig.hooked.stops >= 2
    assert [where.split()[:2] for where in rig.hooked.proved] == [["after", "refuse"], ["at", "the"]]


def test_every_permission_is_denied_where_it_is_asked_for(tmp_path):
    outcome, _ = run(tmp_path, ["refuse-permissions"])
    reader = open_bundle(outcome.bundle)
    asked = {s.permission for s in reader.screens() if s.kind == "system_permission"}
    assert asked == {"android.permission-group.LOCATION", "android.permission-group.CAMERA"}
    denials = [s for s in reader.steps() if s.control and s.control.role == "deny"]
    assert len(denials) == 2
    launches = [s.host_ns for s in reader.steps() if s.action == "launch"]
    assert launches[1] < denials[0].host_ns < launches[2]
    assert "退出登录" not in [s.control.text for s in reader.steps() if s.control]


def test_the_bundle_says_how_it_came_about(tmp_path):
    outcome, _ = run(tmp_path, ["refuse-restart"])
    facts = {f.type: f.data for f in open_bundle(outcome.bundle).facts()}
    assert facts["app"]["package"] == APP
    assert facts["device"] == {"serial": "fake:1", "kind": "script"}
    assert facts["case"] == {"operator": "tester", "command_line": ["harness", "run"]}
    assert facts["profile"]["observe"] == 3
    assert facts["end"]["complete"] is True
    assert {"tools", "clock", "permissions", "log"} <= set(facts)


def test_the_bundle_cites_the_last_selftest_of_the_device_with_what_changed_since(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    outcome, _ = run(tmp_path / "before", ["refuse-restart"])
    assert "selftest" not in {f.type for f in open_bundle(outcome.bundle).facts()}
    Proven(at="2026-01-02T03:04:05Z", serial="fake:1", fingerprint="", frida="17.0.0", harness="", reads=9, recorded=8,
           tls=True, missed=("imei",), routes={"direct": (8, 9)}).keep()
    outcome, _ = run(tmp_path / "after", ["refuse-restart"])
    (fact,) = [f.data for f in open_bundle(outcome.bundle).facts() if f.type == "selftest"]
    assert (fact["reads"], fact["recorded"], fact["missed"], fact["routes"]) == (9, 8, ["imei"], {"direct": [8, 9]})
    assert fact["changed"] == ["frida was 17.0.0"]


def test_an_app_without_a_notice_is_used_all_the_same_and_says_so(tmp_path):
    main = {"main": Page(body=("青禾商城",), buttons={"搜索": "!stay"})}

    def plain(device: FakeDevice) -> None:
        device.follow("main")

    made, rig = session(tmp_path, main, plain)
    rig.device.clear = rig.device.stop
    outcome = run_session(made, select(["first-launch-agree", "refuse-restart"]))
    assert outcome.scenarios == {"first-launch-agree": "done", "refuse-restart": "not_reached"}
    reader = open_bundle(outcome.bundle)
    gaps = list(reader.gaps())
    assert {(g.kind, g.subject) for g in gaps} >= {(GapKind.NOT_REACHED, "after_agree first-launch-agree")}
    steps = list(reader.steps())
    [opened] = [n for n, s in enumerate(steps) if s.opens == "consent_unresolved"]
    assert any(s.action == "tap" and s.control.text == "搜索" for s in steps[opened:])
    assert "after_agree" not in {s.opens for s in steps}
    assert outcome.complete


def test_a_rig_that_cannot_be_set_up_leaves_a_sealed_bundle(tmp_path):
    made, rig = session(tmp_path, failing=("start",))
    with pytest.raises(RigError, match="start failed"):
        run_session(made, of_suite())
    assert "stop" in rig.calls
    facts = {f.type: f.data for f in open_bundle(made.bundle.path).facts()}
    assert facts["end"]["complete"] is False
    assert verify(made.bundle.path).status in (Status.INTACT, Status.INCOMPLETE)


def test_a_rig_that_breaks_ends_the_run_as_incomplete(tmp_path):
    made, rig = session(tmp_path)

    def unplugged(package: str) -> None:
        raise RigError("The device is lost.", "adb lists none.", "Plug it in.")

    rig.device.launch = rig.device.pids = unplugged
    outcome = run_session(made, of_suite())
    assert str(outcome.error).startswith("The device is lost")
    assert not outcome.complete
    assert set(outcome.scenarios.values()) == {"failed", "not_run"}


def test_an_app_that_the_device_will_not_start_is_told_and_the_run_goes_on(tmp_path):
    made, rig = session(tmp_path)

    def crashes(package: str) -> None:
        raise RigError("example could not be started.", "NullPointerException in Application.onCreate", "")

    rig.device.launch = crashes
    outcome = run_session(made, select(["first-launch-agree"]))
    assert outcome.error is None
    assert outcome.scenarios == {"first-launch-agree": "not_reached"}
    reader = open_bundle(outcome.bundle)
    assert [s.outcome for s in reader.steps() if s.action == "launch"] == ["failed"]
    assert [g.kind for g in reader.gaps()] == [GapKind.NOT_REACHED, GapKind.NOT_REACHED]
    assert any("NullPointerException" in f.data.get("why", "") for f in reader.facts())


def test_a_proxy_that_died_makes_the_run_incomplete_though_it_went_on(tmp_path):
    outcome, _ = run(tmp_path, ["refuse-restart"], lost=("The proxy died.",))
    assert outcome.scenarios == {"refuse-restart": "done"}
    assert (outcome.complete, outcome.reason) == (False, "The proxy died.")


@pytest.mark.parametrize("part", ["log", "permissions", "stop"])
def test_what_fails_while_taking_back_is_told_and_hides_nothing_else(tmp_path, part):
    made, rig = session(tmp_path)
    made.open()
    made.close_began = rig.failing.add(part)
    reason = made.close()
    assert f"{part} failed" in reason
    assert "stop" in rig.calls
    assert not next(f.data for f in open_bundle(made.bundle.path).facts() if f.type == "end")["complete"]


def test_a_bug_while_taking_back_is_raised_after_the_rest_and_the_seal(tmp_path):
    made, rig = session(tmp_path)
    made.open()

    def broken(package):
        raise TypeError("not callable")

    rig.permissions = broken
    with pytest.raises(TypeError, match="not callable"):
        made.close()
    assert "stop" in rig.calls
    assert verify(made.bundle.path).status != Status.ALTERED
    assert "TypeError" in next(f.data for f in open_bundle(made.bundle.path).facts() if f.type == "end")["reason"]


def test_interrupting_finishes_the_step_and_seals_what_there_is(tmp_path):
    made, rig = session(tmp_path)
    rig.device.after(4, lambda device: os.kill(os.getpid(), signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    outcome = run_session(made, of_suite())
    assert outcome.interrupted
    assert not outcome.complete
    assert signal.getsignal(signal.SIGINT) is before
    reader = open_bundle(outcome.bundle)
    assert reader.steps()
    assert [g.kind for g in reader.gaps()][-1] == GapKind.INTERRUPTED
    assert "stop" in rig.calls
    assert list(outcome.scenarios.values())[-1] == "not_run"


def test_a_scenario_of_one_s_own_is_run_with_its_own_fixtures(tmp_path):
    folder = scenario_file(tmp_path, "def test_mine(app, user, timeline, greeting):\n    assert greeting == 'hello'\n"
                                     "    app.launch()\n")
    (folder / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef greeting():\n    return 'hello'\n")
    made, _ = session(tmp_path)
    outcome = run_session(made, select(["mine"], [folder]))
    assert outcome.scenarios == {"mine": "done"}


def test_a_failing_assertion_of_a_scenario_is_kept_and_others_run(tmp_path):
    folder = scenario_file(tmp_path, "def test_mine(app):\n    assert app.package == 'other'\n")
    made, _ = session(tmp_path)
    outcome = run_session(made, select(["mine", "refuse-restart"], [folder]))
    assert outcome.scenarios == {"mine": "failed", "refuse-restart": "done"}
    assert any(f.type == "scenario_error" for f in open_bundle(outcome.bundle).facts())


def test_a_bug_in_a_scenario_is_loud_and_the_bundle_sealed(tmp_path):
    folder = scenario_file(tmp_path, "def test_mine(app):\n    app.lunch()\n")
    made, _ = session(tmp_path)
    with pytest.raises(ScenarioBug, match="The scenario mine failed with AttributeError: .*lunch") as bad:
        run_session(made, select(["mine"], [folder]))
    bundle = made.bundle.path
    assert bad.value.exit_status == 2       # and not that of a violation
    assert bad.value.why.splitlines() == [
        "It was raised at:", f"{folder / 'mine.py'}, line 5, in test_mine: app.lunch()"]
    assert f"`harness analyze {bundle}`" in bad.value.fix and verify(bundle).status != Status.ALTERED
    [kept] = open_bundle(bundle).facts("scenario_error")
    assert "Traceback" in made.bundle.get_object(kept.data["traceback"]).decode()
    end = next(f.data for f in open_bundle(made.bundle.path).facts() if f.type == "end")
    assert end["complete"] is False
    assert "AttributeError" in end["reason"]


def test_a_bug_below_a_scenario_is_told_with_the_line_that_raised_it(tmp_path):
    folder = scenario_file(tmp_path, "import json\ndef test_mine(app):\n    app.launch()\n    json.loads('{')\n")
    made, _ = session(tmp_path)
    with pytest.raises(ScenarioBug, match="JSONDecodeError") as bad:
        run_session(made, select(["mine"], [folder]))
    first, last = bad.value.why.splitlines()[1:]
    assert first.startswith(f"{folder / 'mine.py'}, line 7") and "decoder.py" in last
    assert "pluggy" not in bad.value.why and "pytest" not in bad.value.why.replace(str(tmp_path), "")


def test_a_bug_of_the_harness_in_a_run_says_where_the_bundle_is(tmp_path):
    made, rig = session(tmp_path)

    def broken(package):
        raise TypeError("not callable")

    rig.permissions = broken
    with pytest.raises(TypeError, match="not callable") as bad:
        run_session(made, select(["refuse-restart"]))
    assert str(made.bundle.path) in bad.value.__notes__[0]


def test_two_scenarios_with_one_id_are_an_error(tmp_path):
    folder = scenario_file(tmp_path, "def test_mine(app):\n    pass\n", scenario_id="refuse-restart")
    with pytest.raises(BrokenScenario, match="Two scenarios"):
        find([folder])


@pytest.mark.parametrize(("body", "words"), [
    ("import nowhere_at_all\ndef test_mine(app): pass\n", "cannot be imported"),
    ("", "has no test"),
])
def test_a_broken_scenario_file_is_an_error(tmp_path, body, words):
    with pytest.raises(BrokenScenario, match=words):
        find([scenario_file(tmp_path, body)])


def test_an_id_must_be_one(tmp_path):
    with pytest.raises(BrokenScenario, match="is no id"):
        find([scenario_file(tmp_path, "def test_mine(app): pass\n", scenario_id="My Scenario")])


def test_a_clause_that_there_is_not_is_an_error_with_file_and_id(tmp_path):
    folder = scenario_file(tmp_path, "def test_mine(app): pass\n")
    file = folder / "mine.py"
    clauses = 'clauses=("sz-guide-04f-no-procesing-before-consent",)'
    file.write_text(file.read_text().replace('title="mine"', f'title="mine", {clauses}'))
    with pytest.raises(BrokenScenario, match="there is no clause 'sz-guide-04f-no-procesing") as bad:
        find([folder])
    assert str(file) in bad.value.what and "'mine'" in bad.value.why
    assert "Is sz-guide-04f-no-processing-before-consent meant?" in bad.value.fix


def test_an_unknown_scenario_selects_nothing():
    with pytest.raises(NothingSelected, match="no scenario 'refuse'"):
        select(["refuse"])


def test_no_app_named_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="No app was named"):
        make_order(apk=None, package="", out=tmp_path, limits=LIMITS, observe=None, app_file=None, operator="",
                   command_line=())


def test_every_shipped_scenario_says_what_it_is():
    for file in find().values():
        assert file.doc
        assert file.scenario.title
        assert file.scenario.title_zh
        assert file.scenario.clauses


def test_a_killed_harness_leaves_a_bundle_that_can_be_read_and_is_not_whole(tmp_path):
    out = tmp_path / "out"
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from suite_equipment import APP, equipment
        from harness.suite.limits import load_limits
        from harness.suite.run import ScenarioBug, make_order, run_session
        from harness.suite.scenario import select
        from harness.suite.session import Session
        rig, clock = equipment()
        order = make_order(apk=None, package=APP, out=Path({str(out)!r}), limits=load_limits(), observe=600,
                           app_file=None, operator="", command_line=())
        def sleep(seconds):
            clock.sleep(seconds)
            time.sleep(0.01)
        session = Session(order, rig, clock=clock.time_ns, monotonic=clock.monotonic, sleep=sleep,
                          progress=lambda line: print(line, flush=True))
        run_session(session, select(["refuse-restart"]))
    """)
    path = os.pathsep.join((str(Path(__file__).parent), str(Path(__file__).parents[2])))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": path})
    for line in process.stdout:
        if ": refuse" in line:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    [bundle] = [p for p in out.iterdir() if not p.is_symlink()]
    assert verify(bundle).status == Status.INCOMPLETE
    steps = open_bundle(bundle).steps()
    assert [s.action for s in steps][-1] == "refuse"
    assert all(f.type != "end" for f in open_bundle(bundle).facts())
