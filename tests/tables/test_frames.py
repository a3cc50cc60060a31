"""Frames keep cells as they were journalled: what is absent stays absent, a number stays a whole number."""

from __future__ import annotations

from pathlib import Path

from harness.bundle import Bundle, open_bundle
from harness.model import Fact, Flow, GapKind, Step
from harness.rules.analysis import analyse
from harness.tables import load, records

T0 = 1_750_000_000_000_000_000


def killed_run(folder: Path) -> Path:
    """What a killed harness leaves: one exchange done, one TLS failure without URL, no end."""
    bundle = Bundle.create(folder, "example.shop")
    bundle.append(Fact(host_ns=T0, type="app", data={"package": "example.shop"}))
    bundle.append(Step(host_ns=T0, end_ns=T0, scenario="first-launch-agree", action="scenario_start"))
    bundle.append(
        Flow(host_ns=T0 + 1, protocol="https", method="GET", url="https://a.example/x", host="a.example", port=443, status=200)
    )
    bundle.append(Flow(host_ns=T0 + 2, protocol="tls", host="b.example", port=443, error="refused"))
    bundle.close()
    return bundle.path


def test_absent_cells_stay_none_and_numbers_whole(tmp_path: Path) -> None:
    first, second = records(load(open_bundle(killed_run(tmp_path))).flows)
    assert (first["url"], first["status"]) == ("https://a.example/x", 200)
    assert isinstance(first["status"], int)
    assert (second["url"], second["status"], second["method"]) == (None, None, None)


def test_a_killed_run_can_be_judged_and_is_never_clean(tmp_path: Path) -> None:
    analysis = analyse(killed_run(tmp_path))
    assert {v.verdict for v in analysis.verdicts} == {"INCONCLUSIVE"}
    assert any(g.kind == GapKind.INTERRUPTED for g in analysis.run.gaps)
    assert analysis.exit_status == 3


def test_an_empty_bundle_gives_empty_frames(tmp_path: Path) -> None:
    bundle = Bundle.create(tmp_path, "example.shop")
    bundle.close()
    run = load(open_bundle(bundle.path))
    assert [len(f) for f in (run.calls, run.flows, run.screens, run.steps, run.stages, run.sightings, run.prompts)] == [0] * 7
