"""The pytest door: the same scenarios, verdicts as tests, rig trouble as errors."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

def test_a_scenario_is_collected_by_what_it_says_not_by_its_name(door):
    result = door("user.agree(user.expect(PolicyNotice))", "--collect-only", "-q")
    result.stdout.fnmatch_lines(["scenarios/mine.py::test_mine", "*verdicts::collection-before-consent"])


def test_each_rule_is_a_test_after_the_scenarios(door):
    result = door("user.agree(user.expect(PolicyNotice))")
    result.stdout.fnmatch_lines(["PASSED scenarios/mine.py::test_mine"])
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] >= 1
    assert outcomes["passed"] + outcomes.get("skipped", 0) == 1 + len(rules())
    result.stdout.fnmatch_lines(["bundle: *harness-results/*"])


def rules():
    from harness.rules import engine

    return engine.all_rules()


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


def test_every_option_has_its_own_prefix_and_an_environment_variable(pytester):
    result = pytester.runpytest_inprocess("--help")
    shown = result.stdout.str().partition("Android privacy compliance:")[2].partition("\n\n")[0]
    for name in ("apk", "package", "device", "wait", "output", "observe", "app-file", "fail-on"):
        assert f"--harness-{name}=" in shown and f"[$HARNESS_{name.upper().replace('-', '_')}]" in " ".join(shown.split())
    assert "--harness-serial=" in shown     # as it was called before there was a choice
    assert all(word.startswith("--harness-") for word in shown.split() if word.startswith("--"))


@pytest.mark.parametrize("variable", ["HARNESS_DEVICE", "HARNESS_SERIAL", "ANDROID_SERIAL"])
def test_the_device_may_be_named_by_the_environment(pytester, monkeypatch, variable):
    monkeypatch.setenv(variable, "emulator-1")
    assert pytester.parseconfig().getoption("harness_device") == "emulator-1"


def test_a_project_that_has_nothing_to_do_with_it_is_left_alone(pytester):
    pytester.makepyfile(test_other="def test_other():\n    assert True\n")
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider").parseoutcomes() == {"passed": 1}
