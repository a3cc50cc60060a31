"""A connection that ended with its process refused nothing; one that an app left by itself may have."""

from __future__ import annotations

from typing import Any

import pytest

from harness.capture.tls_causes import AFTER_HANDSHAKE
from harness.model import Fact, Flow, Gap, GapKind
from harness.tables.cut_off import refusals

START = 1_750_000_000_000_000_000
HANDSHAKE = ("The client disconnected during the handshake. If this happens consistently for a.example, this may indicate that "
             "the client does not trust the proxy's certificate.")
ALERT = "The client does not trust the proxy's certificate for a.example (sslv3 alert certificate unknown)"


def ns(seconds: float) -> int:
    return START + int(seconds * 1e9)


def left(at: float, error: str = AFTER_HANDSHAKE, host: str = "a.example") -> Flow:
    return Flow(host_ns=ns(at - 0.1), end_ns=ns(at), protocol="tls", host=host, port=443, error=error, cause="pinned")


def ended(at: float, **more: Any) -> Fact:
    data = {"pid": 7, "state": "ended", "ended_ns": ns(at)} | more
    return Fact(host_ns=ns(at + 3), type="process", data=data)


def kept(flows: list[Flow], facts: list[Fact], cause: str = "pinned", host: str = "a.example") -> bool:
    gap = Gap(host_ns=ns(9), kind=GapKind.TRAFFIC_NOT_READ, detail="d", subject=host, cause=cause)
    return list(refusals([gap], flows, facts)) == [gap]


@pytest.mark.parametrize("error", [AFTER_HANDSHAKE, HANDSHAKE, "connection closed early"])
@pytest.mark.parametrize("cause", ["pinned", "ca_not_trusted"])
def test_a_connection_that_ended_with_its_process_is_no_refusal(error: str, cause: str) -> None:
    assert not kept([left(5, error)], [ended(5.2)], cause)
    assert not kept([left(5, error), left(8, error)], [ended(5.2), ended(7.9, state="lost")], cause)


def test_it_stays_where_the_app_went_on() -> None:
    assert kept([left(5)], [])
    assert kept([left(5)], [ended(7)])
    assert kept([left(5)], [ended(5, state="hooked")])


def test_it_stays_where_one_of_several_connections_was_left_otherwise() -> None:
    assert kept([left(5), left(2)], [ended(5)])
    assert kept([left(5), left(5, ALERT)], [ended(5)])


def test_what_the_app_said_by_an_alert_stays() -> None:
    assert kept([left(5, ALERT)], [ended(5)])


def test_gaps_of_other_hosts_and_causes_stay() -> None:
    assert kept([left(5, host="b.example")], [ended(5)])
    assert kept([left(5)], [ended(5)], cause="client_certificate")
    assert kept([], [ended(5)])
