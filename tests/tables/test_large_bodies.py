"""A body of any size takes bounded memory: of a large one the beginning is looked at, and the rest is told as a gap."""

from __future__ import annotations

import tracemalloc
from functools import partial
from pathlib import Path

import pytest

from harness.bundle import Bundle, open_bundle
from harness.decoding import Budget, unwrap
from harness.model import Call, Fact, Flow, GapKind, Message, Outcome
from harness.tables import frames

T0 = 1_750_000_000_000_000_000
IMEI = "490154203237518"
MEGABYTE = 1 << 20


def run_with(folder: Path, body: bytes) -> Path:
    bundle = Bundle.create(folder, "com.example.shop")
    bundle.append(Fact(host_ns=T0, type="app", data={"package": "com.example.shop"}))
    bundle.append(
        Call(
            host_ns=T0, device_ns=T0, pid=1, process="com.example.shop", tid=1, thread="main", seq=1, hook="h", kind="imei",
            method="android.telephony.TelephonyManager.getImei", signature="()", value=IMEI, outcome=Outcome.VALUE,
        )
    )
    sent = Message(headers=[["Content-Type", "text/plain"]], body=bundle.put_object(body), size=len(body))
    bundle.append(
        Flow(
            host_ns=T0 + 9, end_ns=T0 + 9, protocol="https", method="POST", url="https://log.example/up", host="log.example",
            port=443, status=200, request=sent,
        )
    )
    bundle.close()
    return bundle.path


def test_what_stands_behind_the_limit_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "Budget", partial(Budget, part=MEGABYTE))
    first, second = f"imei={IMEI};".encode(), f";imei=md5:{IMEI[::-1]}".encode()
    path = run_with(tmp_path, first + b"- " * (2 * MEGABYTE) + second)
    run = frames.load(open_bundle(path))
    assert [(row["value"], row["variant"]) for row in run.sightings.to_dict("records")] == [(IMEI, "raw")]
    [gap] = [gap for gap in run.gaps if gap.kind is GapKind.TRAFFIC_NOT_READ]
    assert gap.subject == "log.example"
    assert "bytes" in gap.detail


def test_a_body_of_the_limit_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = f"imei={IMEI}".encode()
    monkeypatch.setattr(frames, "Budget", partial(Budget, part=MEGABYTE))
    run = frames.load(open_bundle(run_with(tmp_path, last.rjust(MEGABYTE, b"-"))))
    assert [row["value"] for row in run.sightings.to_dict("records")] == [IMEI]
    assert [gap for gap in run.gaps if gap.kind is GapKind.TRAFFIC_NOT_READ] == []


def test_no_more_of_a_part_is_kept_than_the_budget_says() -> None:
    body = b"0123456 " * (8 * MEGABYTE)
    budget = Budget(part=MEGABYTE)
    tracemalloc.start()
    tree = unwrap([("url", b"https://log.example/up"), ("body", body)], budget=budget)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(layer.data) for layer in tree.layers if layer.parent is None] == [22, MEGABYTE]
    assert tree.spent == "bytes"
    assert peak < 16 * MEGABYTE
