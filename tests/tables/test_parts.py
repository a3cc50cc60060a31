"""A run in several bundles is judged as one: what devices made at once, and what went on after it had been broken off."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from harness.bundle import open_bundle
from harness.bundle.run import Bundle
from harness.errors import UsageError
from harness.model import Call, Fact, Outcome, Screen, Stack, Step
from harness.rules.analysis import Analysis, analyse
from harness.tables.parts import bundles_in, is_run_folder, manifest_sha256

START = 1_750_000_000_000_000_000
PACKAGE = "example.shop"
AGREE, REFUSE = "first-launch-agree", "refuse-restart"


def ns(seconds: float) -> int:
    return START + int(seconds * 1e9)


class Run:
    """A bundle in the making. Its processes and ids are those of any other bundle."""

    def __init__(self, folder: Path, *, package: str = PACKAGE, offset: float = 0.0) -> None:
        self.bundle = Bundle.create(folder, package)
        self.offset = offset
        self._seq = itertools.count(1)
        self.bundle.append(Fact(host_ns=ns(0), type="app", data={"package": package}))
        self.bundle.append(Fact(host_ns=ns(0), type="device", data={"serial": "d", "kind": "lab"}))
        self.bundle.append(Fact(host_ns=ns(0), type="clock", data={"offset_ns": int(offset * 1e9), "uncertainty_ns": 0}))

    def scenario(self, name: str, begins: float, *, opens: str, at: float, ends: float | None, outcome: str = "done") -> Run:
        """`opens` at a tap; without an end it was broken off."""
        self._step(name, "scenario_start", begins)
        self._step(name, "tap", at, opens=opens)
        if ends is not None:
            self._step(name, "scenario_end", ends, outcome=outcome)
        return self

    def _step(self, scenario: str, action: str, at: float, **more: Any) -> None:
        self.bundle.append(Step(host_ns=ns(at), end_ns=ns(at + 0.01), scenario=scenario, action=action, **more))

    def reads(self, at: float, kind: str = "android_id") -> Run:
        """The app reads a value; the device tells the time by its own clock."""
        stack = self.bundle.append(Stack(host_ns=ns(at), pid=1, frames=[f"{PACKAGE}.Main.onCreate(Main.java:1)"]))
        self.bundle.append(Call(
            host_ns=ns(at), device_ns=ns(at + self.offset), pid=1, process=PACKAGE, tid=1, thread="main", seq=next(self._seq),
            hook="h", kind=kind, method="android.X.get", stack=stack.id, outcome=Outcome.VALUE, value="0123456789abcdef"))
        return self

    def shows(self, at: float) -> Run:
        self.bundle.append(Screen(host_ns=ns(at), package=PACKAGE, after_step="t1"))
        return self

    def goes_on_from(self, earlier: Path, *scenarios: str) -> Run:
        self.bundle.append(Fact(host_ns=ns(0), type="continues", data={
            "bundle": earlier.name, "path": str(earlier), "manifest_sha256": manifest_sha256(earlier),
            "scenarios": list(scenarios)}))
        return self

    def sealed(self, complete: bool = True) -> Path:
        self.bundle.seal(complete=complete, reason="" if complete else "The cable was pulled.")
        return self.bundle.path


def agreeing(run: Run, begins: float = 1.0, ends: float | None = 9.0) -> Run:
    return run.scenario(AGREE, begins, opens="after_agree", at=begins + 4, ends=ends)


def refusing(run: Run, begins: float = 1.0, ends: float | None = 9.0) -> Run:
    return run.scenario(REFUSE, begins, opens="after_refusal", at=begins + 4, ends=ends)


def words(analysis: Analysis, rule: str = "collection-before-consent") -> list[tuple[str, str, str]]:
    return [(str(v.verdict), v.item, v.stage) for v in analysis.verdicts if v.rule == rule]


# -- at once ----------------------------------------------------------------------------------------------------------


def test_bundles_made_at_once_give_the_verdicts_of_one_after_the_other(tmp_path: Path) -> None:
    both = agreeing(Run(tmp_path / "one")).reads(2.0)
    refusing(both, 11.0, 19.0).reads(16.0, "imei")
    one = analyse(both.sealed())
    folder = tmp_path / "run"
    agreeing(Run(folder)).reads(2.0).sealed()
    refusing(Run(folder, offset=3600)).reads(6.0, "imei").sealed()
    several = analyse(folder)
    assert words(several) == words(one)
    assert {w[0] for w in words(one)} == {"VIOLATION"}
    assert several.exit_status == one.exit_status == 1
    assert several.run.complete


def test_stages_that_overlap_in_time_are_each_devices_own(tmp_path: Path) -> None:
    """At 6.0 one device is after the tap on agree, the other after a refusal."""
    agreeing(Run(tmp_path)).reads(6.0).sealed()
    refusing(Run(tmp_path)).reads(6.0, "imei").sealed()
    assert words(analyse(tmp_path)) == [("VIOLATION", "imei", "after_refusal")]


def test_ids_say_whose_they_are(tmp_path: Path) -> None:
    paths = [agreeing(Run(tmp_path)).reads(2.0).shows(3.0).sealed(), refusing(Run(tmp_path)).reads(2.0).sealed()]
    analysis = analyse(tmp_path)
    [verdict] = [v for v in analysis.verdicts if v.item == "android_id"]
    assert sorted(verdict.evidence) == sorted(f"c1@{p.name[-6:]}" for p in paths)
    assert set(analysis.run.calls["stack"]) == {f"s1@{p.name[-6:]}" for p in paths}
    assert all(frames for frames in analysis.run.calls["frames"])
    assert list(analysis.run.screens["after_step"]) == [f"t1@{paths[0].name[-6:]}"]
    assert analysis.bundles == tuple(sorted(paths))


def test_where_no_scenario_of_a_rule_was_done_its_silence_means_nothing(tmp_path: Path) -> None:
    agreeing(Run(tmp_path)).sealed()
    Run(tmp_path).scenario("refuse-permissions", 1.0, opens="after_agree", at=5.0, ends=9.0).sealed()
    assert words(analyse(tmp_path)) == [("INCONCLUSIVE", "", "")]      # nobody refused


def test_a_worker_that_died_leaves_the_run_inconclusive_but_what_others_saw_stays(tmp_path: Path) -> None:
    agreeing(Run(tmp_path)).sealed()
    refusing(Run(tmp_path), ends=None).sealed(complete=False)
    analysis = analyse(tmp_path)
    assert words(analysis) == [("INCONCLUSIVE", "", "")]
    assert not analysis.run.complete
    agreeing(Run(tmp_path)).reads(2.0).sealed()
    assert words(analyse(tmp_path)) == [("VIOLATION", "android_id", "before_consent")]


def test_gaps_of_the_analysis_are_told_apart(tmp_path: Path) -> None:
    for number in range(2):
        run = agreeing(Run(tmp_path))
        run.bundle.append(Fact(host_ns=ns(number), type="end", data={"complete": False, "reason": ""}))
        run.sealed()
    ids = [gap.id for gap in analyse(tmp_path).run.gaps]
    assert len(ids) == len(set(ids))


def test_bundles_of_different_apps_are_no_run(tmp_path: Path) -> None:
    agreeing(Run(tmp_path)).sealed()
    agreeing(Run(tmp_path, package="example.other")).sealed()
    with pytest.raises(UsageError, match=r"different apps: .*example"):
        analyse(tmp_path)


def test_links_and_other_folders_are_no_part(tmp_path: Path) -> None:
    path = agreeing(Run(tmp_path)).sealed()
    (tmp_path / "notes").mkdir()
    assert bundles_in(tmp_path) == [path]      # `latest` is a link
    assert is_run_folder(tmp_path) and not is_run_folder(path)
    with pytest.raises(UsageError, match="no bundle"):
        analyse(tmp_path / "notes")


# -- gone on ----------------------------------------------------------------------------------------------------------


def test_a_run_that_went_on_gives_the_verdicts_of_one_that_was_never_broken_off(tmp_path: Path) -> None:
    whole = refusing(agreeing(Run(tmp_path / "whole")).reads(2.0), 11.0, 19.0).sealed()
    first = agreeing(Run(tmp_path)).reads(2.0)
    earlier = refusing(first, 11.0, ends=None).sealed(complete=False)
    later = refusing(Run(tmp_path).goes_on_from(earlier, AGREE)).sealed()
    analysis = analyse(later)
    assert words(analysis) == words(analyse(whole)) == [("VIOLATION", "android_id", "before_consent")]
    assert analysis.bundles == (later, earlier)
    assert analysis.run.complete
    assert [g.subject for g in analysis.run.gaps] == [g.subject for g in analyse(whole).run.gaps]
    assert set(analysis.run.scenarios) == {AGREE, REFUSE}


def test_silence_is_that_of_a_whole_run(tmp_path: Path) -> None:
    earlier = refusing(agreeing(Run(tmp_path)), 11.0, ends=None).sealed(complete=False)
    assert words(analyse(earlier)) == [("INCONCLUSIVE", "", "")]
    later = refusing(Run(tmp_path).goes_on_from(earlier, AGREE)).sealed()
    assert words(analyse(later)) == [("NOT_OBSERVED", "", "")]


def test_what_was_seen_before_the_break_stays_seen(tmp_path: Path) -> None:
    earlier = refusing(agreeing(Run(tmp_path)), 11.0, ends=None).reads(16.0, "imei").sealed(complete=False)
    later = refusing(Run(tmp_path).goes_on_from(earlier, AGREE)).sealed()
    analysis = analyse(later)
    assert words(analysis) == [("VIOLATION", "imei", "after_refusal")]
    assert set(analysis.run.calls["scenario"]) == {f"{REFUSE} (broken off)"}


def test_what_was_not_done_again_leaves_its_gap(tmp_path: Path) -> None:
    earlier = refusing(agreeing(Run(tmp_path)), 11.0, ends=None).sealed(complete=False)
    later = Run(tmp_path).goes_on_from(earlier, AGREE).scenario(
        "refuse-permissions", 1.0, opens="after_agree", at=5.0, ends=9.0).sealed()
    assert words(analyse(later)) == [("INCONCLUSIVE", "", "")]
    assert not analyse(later).run.complete


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_an_earlier_bundle_that_cannot_be_had_is_a_gap(tmp_path: Path, how: str) -> None:
    earlier = refusing(agreeing(Run(tmp_path / "a")), 11.0, ends=None).sealed(complete=False)
    later = refusing(Run(tmp_path / "b").goes_on_from(earlier, AGREE)).sealed()
    if how == "gone":
        earlier.rename(tmp_path / "elsewhere")
    else:
        (earlier / "manifest.json").write_text("{}")
    analysis = analyse(later)
    assert analysis.bundles == (later,)
    [verdict] = [v for v in analysis.verdicts if v.rule == "collection-before-consent"]
    assert verdict.verdict == "INCONCLUSIVE" and earlier.name in verdict.reason


def test_a_bundle_alone_is_read_as_ever(tmp_path: Path) -> None:
    path = agreeing(Run(tmp_path)).reads(2.0).sealed()
    analysis = analyse(path)
    assert analysis.bundles == (path,)
    assert list(analysis.run.calls["event_id"]) == [c.id for c in open_bundle(path).calls()] == ["c1"]
