"""What is wrong with a call of pytest is told once, as wrong use, before anything starts."""

from __future__ import annotations

import inspect
import os
import time
from pathlib import Path

import pytest
from suite_door import SCENARIO

from harness.errors import HarnessError, UsageError
from harness.suite.judgement import Judgement, NoRun
from harness.suite.plugin_options import RIG_ARGS, rig_args
from harness.suite.rig import DeviceRig, equip

pytest_plugins = ["pytester"]


@pytest.fixture
def call(pytester, monkeypatch, tmp_path):
    """pytest with one scenario and nothing that stands in for a device."""
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "state"))
    folder = pytester.mkdir("scenarios")
    (folder / "mine.py").write_text(SCENARIO.format(body="pass"), encoding="utf-8")
    return lambda *arguments: pytester.runpytest_inprocess("-p", "no:cacheprovider", "scenarios", *arguments)


def told(result, *lines: str) -> None:
    """Wrong use, in one message, and no test was run for it."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(list(lines))
    assert result.stderr.str().count("ERROR: ") == 1
    assert "INTERNALERROR" not in result.stdout.str() and "verdicts" not in result.stdout.str()


APP = "--harness-package=com.example.shop"


@pytest.mark.parametrize(("arguments", "lines"), [
    ([], ["ERROR: No app was named.", "  fix: Give --harness-apk FILE, or --harness-package NAME *"]),
    (["--harness-apk", "/nope.apk"], ["ERROR: --harness-apk: *nope.apk*"]),
    (["--harness-package", "shop"], ["ERROR: --harness-package: shop is no name of a package.", "  why: *", "  fix: *"]),
    ([APP, "--harness-profile", "nosuch"], ["ERROR: --harness-profile: There is no profile 'nosuch'.", "  why: *default*"]),
    ([APP, "--harness-observe", "abc"], ["ERROR: --harness-observe: 'abc' is no number of seconds.", "  fix: Correct *"]),
    ([APP, "--harness-observe", "-3"], ["ERROR: --harness-observe: '-3' is no number of seconds.", "  fix: Correct *"]),
    ([APP, "--harness-wait", "nan"], ["ERROR: --harness-wait: 'nan' is no number of seconds."]),
    ([APP, "--harness-proxy-port", "soon"], ["ERROR: --harness-proxy-port: 'soon' is no port."]),
    ([APP, "--harness-proxy-port", "70000"], ["ERROR: --harness-proxy-port: '70000' is no port."]),
    ([APP, "--harness-frida-server", "/nope"], ["ERROR: --harness-frida-server: There is no file /nope.", "  why: *"]),
    ([APP, "--harness-frida-name", "a/b"], ["ERROR: --harness-frida-name: 'a/b' cannot be the name of frida-server *"]),
    ([APP, "--harness-frida-port", "0"], ["ERROR: --harness-frida-port: '0' is no port of frida-server.", "  fix: *"]),
    ([APP, "--harness-app-file", "/nope.yaml"], ["ERROR: --harness-app-file: The app file /nope.yaml cannot be read."]),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_a_wrong_option_is_wrong_use(call, arguments, lines):
    told(call(*arguments), *lines)


@pytest.mark.parametrize("arguments", [[], ["--collect-only"]])
@pytest.mark.parametrize(("variable", "value"), [
    ("HARNESS_FAIL_ON", "foo"), ("HARNESS_OBSERVE", "abc"), ("HARNESS_PROFILE", "nosuch"), ("HARNESS_APK", "/nope.apk"),
])
def test_a_wrong_variable_of_the_environment_is_named(call, monkeypatch, variable, value, arguments):
    monkeypatch.setenv(variable, value)
    told(call(*arguments), f"ERROR: {variable}: *")


def test_a_choice_of_the_environment_says_what_it_could_be(call, monkeypatch):
    monkeypatch.setenv("HARNESS_FAIL_ON", "foo")
    told(call(APP), "ERROR: HARNESS_FAIL_ON: 'foo' is none of violation, candidate, inconclusive, never.")


def test_variables_are_no_matter_of_a_project_that_has_nothing_to_do_with_it(pytester, monkeypatch):
    for name in ("FAIL_ON", "OBSERVE", "PROFILE", "DEVICE"):
        monkeypatch.setenv(f"HARNESS_{name}", "x")
    pytester.makepyfile(test_other="def test_other():\n    assert True\n")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_an_app_file_that_is_misread_is_refused_at_this_door_too(call, tmp_path):
    """By the same reader, with file and key, before the device is touched."""
    file = tmp_path / "maps.yaml"
    file.write_text("recipients: [{name: Maps, domains: maps.example, kinds: android_id}]", encoding="utf-8")
    told(call(APP, f"--harness-app-file={file}"), f"*{file}: `recipients[[]0].domains` is no list.*")


def test_a_clause_that_there_is_not_is_refused_at_this_door_too(call, pytester):
    file = pytester.path / "scenarios" / "mine.py"
    file.write_text(file.read_text("utf-8").replace('title="mine"', 'title="mine", clauses=("no-such-clause",)'), "utf-8")
    told(call(APP), "ERROR: *scenarios/mine.py: there is no clause 'no-such-clause'.", "  why: The scenario 'mine' *")


def test_an_app_may_be_named_by_a_conftest(call, pytester):
    """Nobody says beforehand that none was; here it is named wrongly, which the scenario's own error says."""
    pytester.makeconftest("""
import pytest
@pytest.fixture(scope="session")
def app_args(app_args):
    return {**app_args, "package": "shop"}
""")
    result = call()
    result.stdout.fnmatch_lines(["*shop is no name of a package.*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    outcomes = result.parseoutcomes()
    assert outcomes.pop("skipped") > 50 and outcomes == {"errors": 1}


def test_where_no_run_was_made_the_verdicts_are_skipped_with_one_reason_and_soon(door):
    begun = time.monotonic()
    result = door("pass", "-rs", failing=("start",))
    assert result.parseoutcomes()["errors"] == 1 or result.parseoutcomes()["skipped"] > 50
    result = door("pass", conftest="""
@pytest.fixture(scope="session")
def harness_equipment():
    from harness.errors import RigError
    raise RigError("No such device.")
""")
    outcomes = result.parseoutcomes()
    assert outcomes.pop("skipped") > 50 and outcomes == {"errors": 1}
    [line] = [line for line in result.outlines if line.startswith("SKIPPED")]
    assert line.endswith("not decided: No run was made.")
    assert time.monotonic() - begun < 40


def test_where_nobody_says_why_there_was_no_run_one_verdict_does(door):
    """Else a session whose scenarios were all skipped would pass, with nothing decided."""
    skipped = SCENARIO.replace("def test_mine", "import pytest\n@pytest.mark.skip\ndef test_mine")
    result = door(files={"mine": skipped.format(body="")})
    outcomes = result.parseoutcomes()
    assert outcomes.pop("skipped") > 50 and outcomes == {"errors": 1}
    result.stdout.fnmatch_lines(["NoRun: No run was made.", "  why: *no scenario was run.", "  fix: *"])


def test_an_error_that_is_told_again_does_not_grow():
    judgement = Judgement(lambda: None)
    lengths = set()
    for _ in range(5):
        with pytest.raises(NoRun) as caught:
            judgement.analysis()
        lengths.add(len(caught.traceback))
    assert len(lengths) <= 2 and max(lengths) < 5
    assert issubclass(NoRun, HarnessError)


def test_where_the_root_folder_is_another_what_is_shown_is_seen_from_here(door, pytester, monkeypatch, tmp_path):
    """The command that runs a test again can be run, and the verdicts stand here and not somewhere above."""
    here = pytester.path
    result = door("assert False", f"--rootdir={here.parent}", "-v", "--harness-fail-on=inconclusive")
    shown = [line.split()[0] for line in result.outlines if "verdict" in line and "::" in line and "%]" in line]
    assert shown and all(line.startswith("verdicts::") for line in shown)


@pytest.mark.parametrize("rootdir", ["/", ".", ".."])
def test_the_command_for_running_again_is_relative_to_the_call(pytester, rootdir):
    from harness.suite.plugin_options import again

    file = pytester.mkdir("scenarios") / "mine.py"
    file.write_text("", "utf-8")
    root = Path(rootdir).resolve()
    config = pytester.parseconfig(f"--rootdir={root}", "scenarios/mine.py", "--harness-observe=1")
    node = f"{os.path.relpath(file, root)}::test_mine"
    assert again(config, node) == "pytest scenarios/mine.py::test_mine --harness-observe=1"


def test_what_the_rig_is_to_take_of_frida_server_gets_to_it_as_the_rig_takes_it():
    given = {"frida_server": __file__, "frida_name": "random", "frida_port": "random"}
    assert rig_args(given) == {"frida_server": Path(__file__), "frida_name": "random", "frida_port": 0}
    assert rig_args({"frida_server": None, "frida_name": "", "frida_port": 31000})["frida_port"] == 31000
    with pytest.raises(UsageError, match="is no port of frida-server"):
        rig_args({"frida_port": "70000"})


def test_every_key_of_the_rig_is_one_that_it_takes():
    assert set(RIG_ARGS) <= set(inspect.signature(DeviceRig.__init__).parameters)
    assert inspect.signature(equip).parameters["options"].kind is inspect.Parameter.VAR_KEYWORD
