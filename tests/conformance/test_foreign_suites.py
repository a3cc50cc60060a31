"""docs/conformance.md: its counts are whole, and every test that did not pass has the reason that was found by hand."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

from tests.conformance.foreign_suites import PAGE, SUITES, Outcome, Suite, export, known, outcomes, run

AT_LEAST = {"adbutils-e2e": (44, 46), "uiautomator2-demo": (42, 43), "uiautomator2-mobile": (23, 30), "aosp-adb": (55, 59)}
"""Passed of how many: what an earlier prototype reached."""


def _rows() -> dict[str, tuple[int, int, int, int]]:
    """By suite: tests, passed, failed, skipped."""
    row = r"^\| ([\w-]+) \| [0-9a-f]{12} \| [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$"
    rows = re.findall(row, PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: (int(tests), int(passed), int(failed), int(skipped)) for name, tests, passed, failed, skipped in rows}


def _listed() -> dict[str, dict[str, tuple[str, str, str]]]:
    """By suite and test: result, whose, why."""
    found: dict[str, dict[str, tuple[str, str, str]]] = {}
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]:
        lines = re.findall(r"^\| (\S+) \| (failed|skipped) \| (\w+) \| (.+) \|$", section, re.MULTILINE)
        found[section.splitlines()[0]] = {test: (result, whose, why) for test, result, whose, why in lines}
    return found


def test_every_suite_was_run_and_its_counts_add_up() -> None:
    rows, listed = _rows(), _listed()
    assert list(rows) == [suite.name for suite in SUITES]
    for suite, (tests, passed, failed, skipped) in rows.items():
        assert tests == passed + failed + skipped
        results = [result for result, _, _ in listed.get(suite, {}).values()]
        assert (results.count("failed"), results.count("skipped")) == (failed, skipped)


def test_the_reasons_are_those_of_the_file() -> None:
    reasons = known()
    for suite, tests in _listed().items():
        for test, (_, whose, why) in tests.items():
            assert reasons[suite][test] == {"whose": whose, "why": why}
            assert whose in ("suite", "lab")


def test_no_suite_fares_worse_than_before() -> None:
    for suite, (tests, passed, _, _) in _rows().items():
        least, of = AT_LEAST[suite]
        assert tests >= of
        assert passed >= least


def test_a_report_is_read_test_by_test(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="e2etests.test_a" name="test_x"/>'
        '<testcase classname="test_b.Case" name="test_y"><failure message="AssertionError: no&#10;more"/></testcase>'
        '<testcase classname="demo_tests.test_c" name="test_z"><skipped message="not stable"/></testcase>'
        '<testcase classname="test_d" name="test_w"><error message="no fixture"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert list(outcomes(report)) == [
        Outcome("test_a.test_x", "passed", ""),
        Outcome("test_b.Case.test_y", "failed", "AssertionError: no"),
        Outcome("test_c.test_z", "skipped", "not stable"),
        Outcome("test_d.test_w", "failed", "no fixture"),
    ]


def test_a_suite_can_interrupt_what_it_starts_though_it_runs_in_the_background(tmp_path: Path) -> None:
    said = "import signal\n\ndef test_it():\n    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN\n"
    (tmp_path / "test_a.py").write_text(said)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = run(Suite(name="a", repository="a", tests="test_a.py", client="adb"), tmp_path, [], "", tmp_path / "own")
    finally:
        signal.signal(signal.SIGINT, before)
    assert [one.result for one in done] == ["passed"]


def test_a_suite_is_exported_from_a_repository_that_lacks_other_files(tmp_path: Path) -> None:
    origin, target = tmp_path / "origin", tmp_path / "target"
    (origin / "tests").mkdir(parents=True)
    (origin / "tests" / "test_a.py").write_text("committed")
    (origin / "large.bin").write_text("not in the mirror")

    def git(*words: str) -> str:
        return subprocess.check_output(["git", "-C", str(origin), *words], text=True).strip()

    git("init", "--quiet")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "a")
    blob = git("rev-parse", "HEAD:large.bin")
    (origin / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (origin / "tests" / "test_a.py").write_text("not committed")

    assert export(str(origin), ["tests"], target) == git("rev-parse", "HEAD")
    assert {path.name for path in target.rglob("*")} == {"tests", "test_a.py"}
    assert (target / "tests" / "test_a.py").read_text() == "committed"
    assert (origin / "tests" / "test_a.py").read_text() == "not committed"
