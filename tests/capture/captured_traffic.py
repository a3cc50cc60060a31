"""What a test of the traffic reads from the bundle that the proxy wrote."""

from __future__ import annotations

import time
from collections.abc import Callable

import traffic_clients as clients

from harness.bundle import Bundle, BundleReader, Status, open_bundle, verify
from harness.capture.traffic import TrafficCapture
from harness.model import Flow

Start = Callable[..., TrafficCapture]


def end(bundle: Bundle, traffic: TrafficCapture) -> BundleReader:
    traffic.stop()
    bundle.seal(True)
    assert verify(bundle.path).status is Status.INTACT
    return open_bundle(bundle.path)


def lines(bundle: Bundle) -> list[Flow]:
    return list(open_bundle(bundle.path).flow_lines())


def until(bundle: Bundle, seen: Callable[[list[Flow]], bool]) -> None:
    """Waits for the proxy, which learns of a closed connection when it gets round to it."""
    deadline = time.monotonic() + clients.SECONDS
    while not seen(lines(bundle)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
