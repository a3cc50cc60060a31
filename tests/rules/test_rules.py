"""Every rule fires where it must, is silent where it must, and says INCONCLUSIVE where it could not see.

A rule's fixtures are tests/rules/<rule id>/<fires|silent|gap>-<name>.yaml; each becomes a real bundle.
Times are milliseconds from the start of the run. `expect` lists the verdicts, each as the fields that matter.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.bundle import Bundle
from harness.clauses import catalogue
from harness.model import Call, Control, Fact, Flow, Gap, GapKind, Message, Outcome, Screen, Stack, Step, Verdict, VerdictWord
from harness.rules.analysis import Analysis, analyse
from harness.rules.engine import all_rules
from harness.tables import Tables

HERE = Path(__file__).parent
FIXTURES = sorted(HERE.glob("*/*.yaml"))
START = 1_750_000_000_000_000_000
PACKAGE = "example.shop"


def ns(ms: int) -> int:
    return START + ms * 1_000_000


def write_bundle(folder: Path, fixture: dict[str, Any]) -> Path:
    bundle = Bundle.create(folder, PACKAGE)
    bundle.append(Fact(host_ns=START, type="app", data={
        "package": PACKAGE, "version": "1.0", "sha256": "0" * 64, **fixture.get("app", {})}))
    bundle.append(Fact(host_ns=START, type="device", data={"serial": "fixture", "kind": "lab"}))
    if "app_file" in fixture:
        bundle.append(Fact(host_ns=START, type="app_file", data=fixture["app_file"]))
    bundle.append(Fact(host_ns=START, type="clock", data={
        "offset_ns": fixture.get("clock_offset_ms", 0) * 1_000_000,
        "uncertainty_ns": fixture.get("clock_uncertainty_ms", 0) * 1_000_000}))
    scenario = ""
    for number, entry in enumerate(fixture["events"], start=1):
        ((kind, e),) = entry.items()
        at = ns(e.pop("at"))
        if kind == "step":
            scenario = e.pop("scenario", scenario)
            control = e.pop("control", None)
            end = ns(e.pop("end")) if "end" in e else at
            bundle.append(
                Step(host_ns=at, end_ns=end, scenario=scenario, control=Control(**control) if control else None, **e)
            )
        elif kind == "call":
            frames = e.pop("frames", [f"{PACKAGE}.Main.onCreate(Main.java:1)"])
            stack = bundle.append(Stack(host_ns=at, pid=1, frames=frames))
            device = at + fixture.get("clock_offset_ms", 0) * 1_000_000
            process, outcome = e.pop("process", PACKAGE), Outcome(e.pop("outcome", "value"))
            every, count = e.pop("every", 0) * 1_000_000, e.pop("repeat", 1)
            for again in range(count):
                bundle.append(Call(
                    host_ns=at + again * every,
                    device_ns=device + again * every,
                    pid=1,
                    process=process,
                    tid=1,
                    thread="main",
                    seq=number * 1000 + again,
                    hook="fixture",
                    stack=stack.id,
                    outcome=outcome,
                    **e,
                ))
        elif kind == "flow":
            body = e.pop("body", "")
            data = base64.b64decode(body["base64"]) if isinstance(body, dict) else body.encode()
            sha = bundle.put_object(data)
            url = e.pop("url")
            answer = Message(**e.pop("response")) if "response" in e else None
            bundle.append(
                Flow(
                    host_ns=at,
                    protocol=e.pop("protocol", url.partition(":")[0]),
                    method="POST",
                    url=url,
                    host=url.split("/")[2],
                    port=443,
                    status=200,
                    request=Message(headers=e.pop("headers", []), body=sha, size=len(data)),
                    response=answer,
                    **e,
                )
            )
        elif kind == "screen":
            controls = [Control(**control) for control in e.pop("controls", [])]
            bundle.append(Screen(host_ns=at, package=e.pop("package", PACKAGE), controls=controls, **e))
        elif kind == "fact":
            text = e.pop("text_of_page", None)
            data = {**e} if text is None else {**e, "object": bundle.put_object(text.encode())}
            bundle.append(Fact(host_ns=at, type=data.pop("type"), data={"scenario": scenario, **data}))
        elif kind == "gap":
            bundle.append(Gap(host_ns=at, kind=GapKind(e.pop("kind")), **e))
        else:
            raise AssertionError(kind)
    bundle.seal(complete=fixture.get("complete", True))
    return bundle.path


def judged(folder: Path, path: Path) -> tuple[Analysis, dict[str, Any]]:
    fixture = yaml.safe_load(path.read_text("utf-8"))
    return analyse(write_bundle(folder, fixture), rules=[path.parent.name]), fixture


def check(run: Tables, verdicts: list[Verdict], expect: list[dict[str, Any]]) -> None:
    """The verdicts are those that are expected, and cite what there is. `lacking`: kind and subject of each gap."""
    named = {gap.id: f"{gap.kind} {gap.subject}".strip() for gap in run.gaps}
    got = [
        {name: [named[one] for one in verdict.gaps] if name == "lacking" else getattr(verdict, name) for name in expected}
        for expected, verdict in zip(expect, verdicts, strict=False)
    ]
    shown = "\n".join(
        f"{v.verdict} {v.grade} {v.item} {v.caller} {v.stage} {v.party} {v.evidence} {v.gaps}: {v.reason}" for v in verdicts
    )
    assert got == expect, shown
    assert len(verdicts) == len(expect), shown
    ids = {
        str(i) for frame in (run.calls, run.flows, run.screens, run.steps) for i in frame["event_id"]
    } | {note.id for note in run.notes}
    gap_ids = {g.id for g in run.gaps}
    for verdict in verdicts:
        assert set(verdict.evidence) <= ids
        assert set(verdict.gaps) <= gap_ids
        assert set(verdict.clauses) <= set(catalogue())
        if verdict.verdict in {VerdictWord.VIOLATION, VerdictWord.CANDIDATE}:
            assert verdict.evidence
        if verdict.verdict == VerdictWord.INCONCLUSIVE:
            assert verdict.gaps


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_fixture(path: Path, tmp_path: Path) -> None:
    analysis, fixture = judged(tmp_path, path)
    check(analysis.run, analysis.verdicts, fixture["expect"])


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.id)
@pytest.mark.parametrize("kind", ["fires", "silent", "gap"])
def test_every_rule_has_each_kind_of_fixture(rule: Any, kind: str) -> None:
    found = list((HERE / rule.id).glob(f"{kind}-*.yaml"))
    assert found
    words = {VerdictWord(e["verdict"]) for p in found for e in yaml.safe_load(p.read_text("utf-8"))["expect"]}
    allowed = {
        "fires": {VerdictWord.VIOLATION, VerdictWord.CANDIDATE},
        "silent": {VerdictWord.NOT_OBSERVED},
        "gap": {VerdictWord.INCONCLUSIVE},
    }[kind]
    assert words <= allowed


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    assert {p.parent.name for p in FIXTURES} == {r.id for r in all_rules()}
