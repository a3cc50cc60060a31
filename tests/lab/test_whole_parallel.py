"""`pytest -n 3` on three lab devices at once gives the verdicts of one device after the other.

Each run starts the devices it needs and ends them. The scenarios (tests/lab/parallel) end when what is planted in the example
shop has happened, so that a busy machine decides nothing; findings of stages that they do not wait for are compared as verdicts
of their rules only. What the labels call `sometimes` hangs on when the screen was looked at, and what else follows a denial on
how soon it was asked again: these rules are left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.bundle import open_bundle, verify
from harness.lab import registry
from harness.lab.apps.builder import build
from harness.lab.apps.labels import labels
from harness.lab.internet import LabInternet
from harness.lab.internet_config import read_config
from harness.resources import resource
from harness.rules.analysis import Analysis, analyse
from harness.rules.engine import all_rules
from harness.tables import bundles_in
from tests.lab.parallel.planted import AWAITED, planted, seen_in
from tests.lab.whole import ROOT, own_state

pytestmark = pytest.mark.lab
SOMETIMES = {label.rule for label in labels("shop-violating").planted if label.sometimes} | {
    rule.id for rule in all_rules()
    if "refuse-permissions" in rule.scenarios and not {"first-launch-agree", "refuse-restart"} & set(rule.scenarios)
} - {"repeated-permission-prompts"}
"""Rules of what no scenario here waits for: the one that denies permissions ends once it was asked again."""
SCENARIOS = ("first-launch-agree", "refuse-permissions", "refuse-restart")
CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def android_device_args(android_device_args):
    return {{**android_device_args, "resolve": {{"*.example": "{host}:{port}"}}, "upstream_ca": {ca!r}}}
"""


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    seconds: float
    run: Path
    junit: ElementTree.ElementTree

    @property
    def analysis(self) -> Analysis:
        return analyse(self.run)

    def verdicts(self) -> list[tuple[str, str]]:
        return sorted({(v.rule, str(v.verdict)) for v in self.analysis.verdicts if v.rule not in SOMETIMES})

    def findings(self) -> list[tuple[str, ...]]:
        """Of the stages that were waited for, without the ids of the evidence: those are each bundle's own."""
        return sorted({(v.rule, v.item, v.caller, v.party, v.stage, str(v.verdict), str(v.grade))
                       for v in self.analysis.verdicts if v.stage in AWAITED and v.rule not in SOMETIMES})

    def outcomes(self) -> dict[str, str]:
        return {str(case.get("name")): next((part.tag for part in case if part.tag in ("failure", "error", "skipped")), "passed")
                for case in self.junit.iter("testcase") if case.get("name") not in SOMETIMES}

    def properties(self, name: str) -> dict[str, set[str]]:
        return {str(case.get("name")): {str(p.get("value")) for p in case.iter("property") if p.get("name") == name}
                for case in self.junit.iter("testcase")}


@dataclass(frozen=True)
class Both:
    alone: Ran
    at_once: Ran


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("parallel")
    with own_state(folder / "state"), LabInternet(read_config(resource("lab", "apps", "internet.yaml"))) as internet:
        host, port = internet.address
        (folder / "conftest.py").write_text(CONFTEST.format(host=host, port=port, ca=str(internet.ca_pem)))
        (folder / "scenarios").symlink_to(ROOT / "tests" / "lab" / "parallel")
        apk = build("shop-violating")
        yield Both(alone=ran(folder, apk, "alone"), at_once=ran(folder, apk, "at-once", "-n", "3"))
        assert registry.running() == []


def ran(folder: Path, apk: Path, name: str, *more: str) -> Ran:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "scenarios", f"--harness-apk={apk}", "--harness-device=lab",
         "--harness-profile=demo", "--harness-observe=1", f"--harness-output={folder / name}", f"--junitxml={folder / name}.xml",
         f"--harness-app-file={resource('lab', 'apps', 'shop-violating', 'app.yaml')}", *more],
        cwd=folder, capture_output=True, text=True, check=False, timeout=600, stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"})
    runs = [p for p in (folder / name).iterdir() if not p.is_symlink()] if (folder / name).is_dir() else []
    assert len(runs) == 1, done.stdout + done.stderr
    return Ran(done.returncode, done.stdout, time.monotonic() - begun, runs[0], ElementTree.parse(folder / f"{name}.xml"))


def test_the_verdicts_are_the_same(both: Both) -> None:
    assert both.at_once.verdicts() == both.alone.verdicts()
    assert both.at_once.findings() == both.alone.findings()
    wanted = {key for scenario in SCENARIOS for stage in AWAITED for key in planted(scenario, stage)}
    assert wanted <= seen_in(both.alone.analysis.violations)
    assert both.at_once.outcomes() == both.alone.outcomes()
    assert both.at_once.status == both.alone.status == 1


def test_each_worker_had_a_device_and_a_bundle_of_its_own(both: Both) -> None:
    bundles = bundles_in(both.at_once.run)
    assert len(bundles) == 3
    readers = [open_bundle(path) for path in bundles]
    assert len({reader.facts("device")[-1].data["serial"] for reader in readers}) == 3
    assert all(str(verify(path).status) == "intact" for path in bundles)
    assert len({value for values in both.at_once.properties("device").values() for value in values}) == 3


def test_the_verdicts_were_decided_once(both: Both) -> None:
    names = [str(case.get("name")) for case in both.at_once.junit.iter("testcase")]
    assert len(names) == len(set(names))
    assert both.at_once.out.count("privacy verdicts") == 1


def test_every_scenario_has_found_what_it_found_alone(both: Both) -> None:
    """All but the one that denies permissions: it waits for nothing that is planted, and its end may come before another process
    has read anything."""
    found, alone = ({name: {label for label in told if label.endswith(AWAITED) and label.partition("/")[0] not in SOMETIMES}
                     for name, told in ran.properties("finding").items() if name not in {*SOMETIMES, "test_denies"}}
                    for ran in (both.at_once, both.alone))
    assert found == alone
    assert alone["test_agrees"] and alone["test_refuses"]
