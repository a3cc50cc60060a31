"""pytest-xdist: a device and a bundle for each worker, the verdicts once, and the same as one after another."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from suite_door import READS

from harness.rules.analysis import analyse
from harness.rules.identity import key
from harness.tables import bundles_in

pytest_plugins = ["pytester"]


def scenario(name: str, body: str) -> str:
    return f'''
"""Mine."""
import os, pytest
from harness.suite.driver import PolicyNotice
from harness.suite.scenario import Scenario
scenario = Scenario(id="{name}", title="mine", title_zh="我的")
''' + READS + f'''
def test_{name.replace("-", "_")}(app, user, timeline, bundle):
    app.install_fresh()
    app.launch()
    {body}
'''


FILES = {
    "agree": scenario("first-launch-agree", "reads(bundle); user.agree(user.expect(PolicyNotice)); reads(bundle, 'imei')"),
    "refuse": scenario("refuse-restart", "user.refuse(user.expect(PolicyNotice)); reads(bundle, 'imei')"),
    "deny": scenario("refuse-permissions", "reads(bundle, 'imsi')"),
}


def run_of(pytester) -> Path:
    [found] = [p for p in (pytester.path / "harness-results").iterdir() if not p.is_symlink()]
    return found


def verdicts(path: Path):
    analysis = analyse(path)
    return [(key(v, analysis.run.package), str(v.verdict), str(v.grade)) for v in analysis.verdicts]


def test_three_workers_decide_what_one_after_another_decides(door, pytester, tmp_path):
    alone = door(files=FILES)
    wanted = verdicts(run_of(pytester))
    run_of(pytester).rename(tmp_path / "alone")
    (pytester.path / "harness-results" / "latest").unlink()
    at_once = door("", "-n", "3", "--harness-wait=60", f"--junitxml={pytester.path}/j.xml", files=FILES, apart=True)
    run = run_of(pytester)
    assert verdicts(run) == wanted
    assert [w for w in wanted if w[1] == "VIOLATION"]
    assert at_once.parseoutcomes() == alone.parseoutcomes()
    assert at_once.ret == alone.ret == 1
    bundles = bundles_in(run)
    assert len(bundles) == 3 and (pytester.path / "harness-results" / "latest").resolve() == run
    cases = list(ElementTree.parse(pytester.path / "j.xml").iter("testcase"))
    assert len({c.get("name") for c in cases}) == len(cases)
    assert {p.get("value") for c in cases for p in c.iter("property") if p.get("name") == "device"} == {
        "fake:1", "fake:2", "fake:3"}
    pages = [json.loads(p.read_text("utf-8")) for b in bundles for p in b.glob("report/tests/*/index.json")]
    assert sorted(p["scenario"] for p in pages) == ["first-launch-agree", "refuse-permissions", "refuse-restart"]
    [agree] = [p for p in pages if p["scenario"] == "first-launch-agree"]
    assert [f["evidence"] for f in agree["findings"]] == [["c1"]]
    at_once.stdout.fnmatch_lines(["*privacy verdicts*", "VIOLATION *", f"bundles: *{run.name}", f"  {bundles[0].name}"])


def test_a_worker_that_dies_leaves_its_rules_open_and_its_device_free(door, pytester):
    files = FILES | {"refuse": scenario("refuse-restart", "reads(bundle, 'imei'); os._exit(9)")}
    files["agree"] = scenario("first-launch-agree", "user.agree(user.expect(PolicyNotice))")
    files["deny"] = scenario("refuse-permissions", "user.agree(user.expect(PolicyNotice))")
    result = door("", "-n", "2", "--harness-wait=60", "--harness-fail-on=inconclusive", files=files, apart=True)
    result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running 'scenarios/refuse.py::test_refuse_restart'*"])
    result.stdout.fnmatch_lines(["VIOLATION: collection-before-consent*", "*imei*"])      # it was seen before
    result.stdout.fnmatch_lines(["INCONCLUSIVE: repeated-permission-prompts"])
    assert any("killed or crashed" in gap.detail for gap in analyse(run_of(pytester)).run.gaps)


@pytest.mark.parametrize("app", ["--harness-package=com.example.shop", "-v"])
def test_several_workers_cannot_have_one_serial(door, pytester, app):
    """It is told before a worker starts."""
    result = door("", "-n", "2", "--harness-device=emulator-5554", app, files=FILES, apart=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[:3] == [
        "ERROR: --harness-device: 2 workers cannot share the device emulator-5554.",
        "  why: Each worker drives a device of its own.",
        "  fix: Use --harness-device auto (any that is free) or lab, or run without -n.",
    ]
    said = re.search(r"(?<!popen-)\bgw\d", result.stdout.str())      # of a worker; our own folder may be named after one
    assert said is None and not (pytester.path / "harness-results").exists()


def test_a_device_that_the_environment_names_is_no_matter_of_other_projects(pytester, monkeypatch):
    monkeypatch.setenv("ANDROID_SERIAL", "emulator-5554")
    monkeypatch.setenv("HARNESS_DEVICE", "emulator-5554")
    pytester.makepyfile(test_other="def test_other():\n    assert True\n")
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2").assert_outcomes(passed=1)


def test_state_that_several_workers_would_not_keep_is_warned_of(door):
    files = {"a": FILES["deny"].replace("def test_", '@pytest.mark.stateful("cart")\ndef test_')}
    result = door("", "-n", "2", "--harness-fail-on=never", files=files, apart=True)
    result.stdout.fnmatch_lines(["*test_refuse_permissions is of a stateful group, but --dist load takes it apart*"])
    result = door("", "-n", "2", "--harness-fail-on=never", "--dist=loadfile", files=files, apart=True)
    result.stdout.no_fnmatch_line("*stateful*")


@pytest.mark.parametrize(("asked", "devices", "wanted"), [("auto", 3, 3), (None, 2, 2), ("phone-1", 3, 1), ("auto", 0, 1)])
def test_auto_means_as_many_workers_as_devices(pytester, monkeypatch, asked, devices, wanted):
    from harness.errors import RigError
    from harness.suite import devices as room
    from harness.suite import plugin

    def usable(client):
        if not devices:
            raise RigError("none")
        return [f"phone-{n}" for n in range(devices)]

    monkeypatch.setattr(room, "usable", usable)
    config = pytester.parseconfig("--harness-package=com.example.shop", *([f"--harness-device={asked}"] if asked else []))
    assert plugin.pytest_xdist_auto_num_workers(config) == wanted
    assert plugin.pytest_xdist_auto_num_workers(pytester.parseconfig()) is None     # no app: not ours to say
