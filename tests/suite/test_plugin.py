"""The pytest door: the same scenarios, verdicts as tests, rig trouble as errors."""

from __future__ import annotations

import pytest
from suite_equipment import APP

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from suite_equipment import equipment
from harness.suite import plugin
from harness.suite.session import Session

FAILING = {failing!r}

@pytest.fixture(scope="session")
def harness_session(request):
    rig, clock = equipment(failing=FAILING)
    session = Session(plugin.order_of(request.config), rig, clock=clock.time_ns, monotonic=clock.monotonic,
                      sleep=clock.sleep)
    request.config.stash[plugin.SESSION] = session
    session.open()
    yield session
    session.close()
"""
SCENARIO = '''
"""Mine."""
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
scenario = Scenario(id="mine", title="mine", title_zh="我的")

def test_mine(app, user, timeline):
    app.install_fresh()
    app.launch()
    {body}
'''


@pytest.fixture
def door(pytester, monkeypatch, tmp_path):
    """pytest run in a folder of scenarios with the scripted rig; returns a function that runs it."""
    from pathlib import Path

    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

    def run(body, *arguments, failing=()):
        pytester.makeconftest(CONFTEST.format(failing=tuple(failing)))
        folder = pytester.mkdir("scenarios")
        (folder / "mine.py").write_text(SCENARIO.format(body=body), encoding="utf-8")
        return pytester.runpytest_subprocess(
            "-p", "no:cacheprovider", "-rA", "scenarios", f"--harness-package={APP}", "--harness-observe=1", *arguments)

    return run


def test_a_scenario_is_collected_by_what_it_says_not_by_its_name(door):
    result = door("user.agree(user.expect(PolicyNotice))", "--collect-only", "-q")
    result.stdout.fnmatch_lines(["scenarios/mine.py::test_mine", "*verdicts::collection-before-consent"])


def test_each_rule_is_a_test_after_the_scenarios(door):
    result = door("user.agree(user.expect(PolicyNotice))")
    result.stdout.fnmatch_lines(["PASSED scenarios/mine.py::test_mine"])
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] >= 1
    assert outcomes["passed"] + outcomes.get("skipped", 0) == 1 + len(rules())
    result.stdout.fnmatch_lines(["bundle: harness-results/*"])


def rules():
    from harness.rules import engine

    return engine.select(())


def test_inconclusive_can_be_made_a_failure_and_says_why(door):
    result = door("user.agree(user.expect(PolicyNotice))", "--harness-fail-on=inconclusive")
    assert result.parseoutcomes()["failed"] >= 1
    result.stdout.fnmatch_lines(["INCONCLUSIVE: *", "  clauses: *"])


def test_what_is_not_reached_is_a_skip_with_its_reason(door):
    result = door("app.kill(); user.expect(PolicyNotice, timeout=1)", "--harness-fail-on=never")
    assert result.parseoutcomes() == {"skipped": 1}
    result.stdout.fnmatch_lines(["*not reached: No privacy notice was reached in scenario mine*"])


def test_trouble_with_the_rig_is_an_error_not_a_failure(door):
    result = door("from harness.errors import RigError; raise RigError('The device is lost.', 'cable', 'plug it in')",
                  "--harness-fail-on=never")
    outcomes = result.parseoutcomes()
    assert outcomes.get("errors") == 1
    assert "failed" not in outcomes
    result.stdout.fnmatch_lines(["*RigError: The device is lost.*", "*fix: plug it in*"])


def test_a_rig_that_cannot_be_set_up_is_an_error(door):
    result = door("pass", "--harness-fail-on=never", failing=("start",))
    assert result.parseoutcomes().get("errors") == 1


def test_an_assertion_of_the_scenario_is_a_failure(door):
    result = door("assert user.look().reading.kind == 'login'", "--harness-fail-on=never")
    assert result.parseoutcomes() == {"failed": 1}


def test_without_an_app_the_error_says_what_to_give(pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    folder = pytester.mkdir("scenarios")
    (folder / "mine.py").write_text(SCENARIO.format(body="pass"), encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "scenarios", "--harness-fail-on=never")
    assert result.parseoutcomes().get("errors") == 1
    result.stdout.fnmatch_lines(["*No app was named.*"])


def test_an_app_file_that_is_misread_is_refused_at_this_door_too(door, tmp_path):
    """By the same reader, with file and key, before the device is touched."""
    file = tmp_path / "maps.yaml"
    file.write_text("recipients: [{name: Maps, domains: maps.example, kinds: android_id}]", encoding="utf-8")
    result = door("pass", "--harness-fail-on=never", f"--harness-app-file={file}")
    assert result.parseoutcomes() == {"errors": 1}
    result.stdout.fnmatch_lines([f"*{file}: `recipients[[]0].domains` is no list.*"])


def test_a_word_is_no_package_at_this_door_either(door):
    result = door("pass", "--harness-fail-on=never", "--harness-package=shop")
    assert result.parseoutcomes() == {"errors": 1}
    result.stdout.fnmatch_lines(["*shop is no name of a package.*"])


def test_every_option_has_its_own_prefix_and_an_environment_variable(pytester, monkeypatch):
    monkeypatch.setenv("HARNESS_SERIAL", "emulator-1")
    result = pytester.runpytest_subprocess("--help")
    result.stdout.fnmatch_lines(["Android privacy compliance:", "*--harness-apk=FILE*", "*HARNESS_SERIAL*"])


def test_a_project_that_has_nothing_to_do_with_it_is_left_alone(pytester):
    pytester.makepyfile(test_other="def test_other():\n    assert True\n")
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider").parseoutcomes() == {"passed": 1}
