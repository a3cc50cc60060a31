"""What a run had seen survives the death of any of its parts, and what came after is never taken for silence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.bundle import open_bundle
from harness.lab.apps.builder import build
from harness.model import JOURNALS, GapKind
from tests.lab.whole import (
    PATIENCE,
    Bench,
    Ended,
    Running,
    bench,
    harness,
    is_alive,
    kill,
    lines,
    only_bundle,
    running,
    short_limits,
)

pytestmark = pytest.mark.lab
NAMES = (*JOURNALS, "proxy.jsonl")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("kills-state")) as made:
        yield made


def journals(bundle: Path) -> dict[str, bytes]:
    """The whole lines that are on the disk now."""
    found = {}
    for name in NAMES:
        content = (bundle / name).read_bytes() if (bundle / name).exists() else b""
        found[name] = content[: content.rfind(b"\n") + 1]
    return found


def mid_run(command: Running, out: Path, *, flows: int = 0) -> Path:
    """The bundle, once the app was agreed to, has called and (if asked for) has sent."""

    def reached() -> bool:
        bundle = only_bundle(out)
        if bundle is None:
            return False
        agreed = any(step["opens"] == "after_agree" for step in lines(bundle, "steps.jsonl"))
        called = any(call["seq"] for call in lines(bundle, "calls.jsonl"))
        return agreed and called and len(lines(bundle, "flows.jsonl")) >= flows

    command.until("the app was agreed to and seen at work", reached)
    bundle = only_bundle(out)
    assert bundle is not None
    return bundle


def assert_kept(bundle: Path, before: dict[str, bytes]) -> None:
    assert sum(map(len, before.values())) > 0
    for name, content in before.items():
        if not content:
            continue  # a journal that nothing had been written to need not be there
        assert (bundle / name).read_bytes().startswith(content), f"{name} lost or changed what it held before the kill"


def assert_not_altered(bundle: Path) -> None:
    said = harness("verify", str(bundle), "--json")
    assert (said.json["status"], said.status) == ("incomplete", 3), said.json
    reader = open_bundle(bundle)
    assert list(reader.calls())
    reader.flows()
    assert list(reader.steps())
    assert not reader.complete()


def gap_ids(bundle: Path, kind: GapKind, about: str = "") -> set[str]:
    found = {g.id for g in open_bundle(bundle).gaps() if g.kind is kind and about in g.subject + g.detail}
    assert found, f"no gap {kind} about {about!r}: {[(g.kind, g.subject, g.detail) for g in open_bundle(bundle).gaps()]}"
    return found


def assert_open(result: dict[str, Any], rules: set[str], gaps: set[str]) -> None:
    """These rules are INCONCLUSIVE and cite one of these gaps, or found something all the same; none is silent."""
    assert {v["rule"] for v in result["verdicts"]} >= rules
    assert "NOT_OBSERVED" not in {v["verdict"] for v in result["verdicts"] if v["rule"] in rules}
    for verdict in result["verdicts"]:
        if verdict["verdict"] == "INCONCLUSIVE" and verdict["rule"] in rules:
            assert gaps & set(verdict["gaps"]), verdict


def opened(result: dict[str, Any]) -> set[str]:
    return {v["rule"] for v in result["verdicts"] if v["verdict"] == "INCONCLUSIVE"}


def assert_nothing_left(lab: Bench) -> None:
    left = lab.leftovers()
    assert left["reverse"] == [], left
    assert left["http_proxy"] in ("null", ":0", ""), left
    assert left["forward"] == set(), left


def run_and(lab: Bench, tmp_path: Path, app: str, kill_it: Any, *, flows: int = 0) -> tuple[Path, dict[str, bytes], Ended]:
    out = tmp_path / "out"
    with running(*lab.run_words(build(app), out, app)) as command:
        bundle = mid_run(command, out, flows=flows)
        before = journals(bundle)
        kill_it(command, bundle)
        return bundle, before, command.ended()


def test_the_app_is_killed(lab: Bench, tmp_path: Path) -> None:
    """Of the compliant edition nothing is found, so that only the gap keeps it from passing."""

    def kill_app(command: Running, bundle: Path) -> None:
        pid = next(f["data"]["pid"] for f in lines(bundle, "run.jsonl") if f["type"] == "process" and "pid" in f["data"])
        lab.shell("su", "-c", f"kill -9 {pid}") if "uid=0" in lab.shell("su", "-c", "id") else lab.shell(
            "kill", "-9", str(pid))
        command.until("the loss was journalled", lambda: any(
            g["kind"] == "process_lost" for g in lines(bundle, "gaps.jsonl")))

    bundle, before, ended = run_and(lab, tmp_path, "shop-compliant", kill_app)
    assert_kept(bundle, before)
    lost = gap_ids(bundle, GapKind.PROCESS_LOST, "example.shop.compliant")
    assert "VIOLATION" not in {v["verdict"] for v in ended.json["verdicts"]}
    assert_open(ended.json, {"collection-before-consent", "third-party-sharing"}, lost)
    assert {"collection-before-consent", "third-party-sharing"} <= opened(ended.json)
    assert ended.status == 3, ended.err
    assert "Traceback" not in ended.err
    # The app died, not the lab: the run came to its end, and its bundle is whole with that gap in it.
    verified = harness("verify", str(bundle), "--json")
    assert verified.json["status"] == ("intact" if open_bundle(bundle).complete() else "incomplete")
    assert_nothing_left(lab)


@pytest.mark.parametrize("app", ["shop-violating", "shop-compliant"])
def test_the_proxy_is_killed(lab: Bench, tmp_path: Path, app: str) -> None:
    killed: list[int] = []

    def kill_proxy(command: Running, bundle: Path) -> None:
        fact = next(f for f in lines(bundle, "proxy.jsonl") if f.get("type") == "proxy")
        killed.append(fact["data"]["pid"])
        kill(killed[0])

    bundle, before, ended = run_and(lab, tmp_path, app, kill_proxy, flows=1)
    assert_kept(bundle, before)
    assert_not_altered(bundle)
    lost = gap_ids(bundle, GapKind.CAPTURE_LOST, "proxy")
    assert_open(ended.json, {"third-party-sharing"}, lost | gap_ids(bundle, GapKind.INTERRUPTED))
    for verdict in ended.json["verdicts"]:
        if verdict["rule"] == "third-party-sharing" and verdict["verdict"] == "INCONCLUSIVE":
            assert lost <= set(verdict["gaps"])
    found = "VIOLATION" in {v["verdict"] for v in ended.json["verdicts"]}
    assert found == (app == "shop-violating")
    assert ended.status in ((1, 4) if found else (3, 4)), ended.err
    assert "Traceback" not in ended.err
    assert "proxy" in ended.err.lower()
    assert not is_alive(killed[0])
    assert_nothing_left(lab)


@pytest.mark.parametrize("app", ["shop-violating", "shop-compliant"])
def test_the_harness_is_killed(lab: Bench, tmp_path: Path, app: str) -> None:
    proxies: list[int] = []

    def kill_harness(command: Running, bundle: Path) -> None:
        proxies.extend(f["data"]["pid"] for f in lines(bundle, "proxy.jsonl") if f.get("type") == "proxy")
        kill(command.process.pid)

    bundle, before, ended = run_and(lab, tmp_path, app, kill_harness)
    assert ended.status == -9
    assert_kept(bundle, before)
    until = time.monotonic() + PATIENCE
    while is_alive(proxies[0]):
        assert time.monotonic() < until, "the proxy outlives its harness"
        time.sleep(0.05)
    assert_not_altered(bundle)      # before anybody closed it

    said = harness("analyze", str(bundle), "--json")
    assert "Traceback" not in said.err
    assert "interrupted" in said.err
    assert_kept(bundle, before)
    assert_not_altered(bundle)
    interrupted = gap_ids(bundle, GapKind.INTERRUPTED)
    rules = {v["rule"] for v in said.json["verdicts"]}
    assert_open(said.json, rules, interrupted)
    for verdict in said.json["verdicts"]:
        if verdict["verdict"] == "INCONCLUSIVE":
            assert interrupted <= set(verdict["gaps"])
    found = "VIOLATION" in {v["verdict"] for v in said.json["verdicts"]}
    assert found == (app == "shop-violating")
    assert said.status == (1 if found else 3)


def test_the_device_is_usable_after_a_killed_harness(lab: Bench, tmp_path: Path) -> None:
    """What the killed one could not put back, the next run does: in the end the device is as it was."""
    short = short_limits(tmp_path, notice=2)    # a tiny app has none
    with running(*lab.run_words(build("tiny"), tmp_path / "first", limits=short)) as command:
        command.until("the device was led through the proxy", lambda: lab.leftovers()["reverse"] != [])
        command.until("the proxy setting is made", lambda: lab.leftovers()["http_proxy"] not in ("null", ":0", ""))
        kill(command.process.pid)
        command.ended()
    assert lab.leftovers()["reverse"]
    second = harness(*lab.run_words(build("tiny"), tmp_path / "second", limits=short))
    assert second.status == 3, second.err
    assert second.json["complete"]
    left = lab.leftovers()
    assert (left["reverse"], left["http_proxy"] in ("null", ":0", "")) == ([], True), left
    assert "example.tiny" not in lab.shell("ps", "-A"), "the app outlives its runs, and talks into the next one's proxy"
