"""Whoever dies, and however much passes: what was journalled stays, and what was not seen is said."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import traffic_clients as clients

from harness.bundle import Bundle, Status, open_bundle, seal_interrupted, verify
from harness.capture.traffic import TrafficCapture
from harness.errors import RigError
from harness.lab.internet import LabInternet
from harness.lab.internet_config import parse_config
from harness.model import Gap, GapKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and sends SIGKILL")
ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.create(tmp_path, "com.example.shop")


@pytest.fixture
def internet() -> Iterator[LabInternet]:
    with LabInternet(parse_config({"unknown": "empty"})) as started:
        yield started


@pytest.fixture
def start(bundle: Bundle) -> Iterator[Callable[[str], TrafficCapture]]:
    started: list[TrafficCapture] = []

    def begin(address: str, **settings: object) -> TrafficCapture:
        capture = TrafficCapture(bundle, resolve={"*.example": address}, **settings)  # type: ignore[arg-type]
        started.append(capture)
        capture.start()
        return capture

    yield begin
    for capture in started:
        capture.stop()


class Silent:
    """A server that reads a request and never answers."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.release = threading.Event()

    def __call__(self, stream: socket.socket) -> None:
        clients.read_head(stream)
        self.asked.set()
        self.release.wait(clients.SECONDS)


def test_a_killed_proxy_loses_no_flow_and_its_death_is_noticed_and_journalled(
    bundle: Bundle, internet: LabInternet
) -> None:
    lost: list[Gap] = []
    silent = Silent()
    with clients.server(silent) as deaf:
        traffic = TrafficCapture(
            bundle, resolve={"deaf.example": deaf, "*.example": "{}:{}".format(*internet.address)}, on_lost=lost.append)
        traffic.start()
        for n in range(20):
            assert clients.fetch(traffic.address, f"h{n}.example", body=f"imei={n}".encode())[0] == 200
        pending = clients.through(traffic.address, "deaf.example")
        pending.request("POST", "/collect", body=b"oaid=7")
        assert silent.asked.wait(clients.SECONDS)

        os.kill(traffic.pid, signal.SIGKILL)
        assert traffic.watch(clients.SECONDS)
        silent.release.set()
        pending.close()
    assert not traffic.alive
    with pytest.raises(RigError, match="proxy has died"):
        traffic.check()
    assert traffic.flows == 21
    traffic.stop()
    bundle.seal(False, "The proxy died.")

    reader = open_bundle(bundle.path)
    flows = reader.flows()
    assert [f.host for f in flows] == [f"h{n}.example" for n in range(20)] + ["deaf.example"]
    assert [f.phase for f in flows] == ["done"] * 20 + ["request"]
    bodies = [reader.object(f.request.body or "") for f in flows if f.request]
    assert bodies == [f"imei={n}".encode() for n in range(20)] + [b"oaid=7"]
    (gap,) = lost
    assert gap in reader.gaps()
    assert (gap.kind, gap.subject, gap.to_ns) == (GapKind.CAPTURE_LOST, "proxy", None)
    assert "SIGKILL" in gap.detail
    assert gap.from_ns is not None
    assert gap.from_ns <= gap.host_ns
    assert verify(bundle.path).status is Status.INCOMPLETE


def test_an_upload_that_the_death_of_the_proxy_cut_is_kept_as_far_as_it_came(bundle: Bundle) -> None:
    arrived = threading.Event()

    def take(stream: socket.socket) -> None:
        clients.read_head(stream)
        count = 0
        while count < MEGABYTE and (piece := stream.recv(65536)):
            count += len(piece)
        arrived.set()
        stream.recv(1)

    with clients.server(take) as address:
        traffic = TrafficCapture(bundle, resolve={"*.example": address})
        traffic.start()
        stream = clients.tunnel(traffic.address, "big.example", 80)
        stream.sendall(b"POST /up HTTP/1.1\r\nHost: big.example\r\nContent-Length: 9000000\r\n\r\n" + b"z" * MEGABYTE)
        assert arrived.wait(clients.SECONDS)
        os.kill(traffic.pid, signal.SIGKILL)
        assert traffic.watch(clients.SECONDS)
        stream.close()
    traffic.stop()
    bundle.seal(False, "The proxy died.")
    reader = open_bundle(bundle.path)
    (flow,) = reader.flows()
    assert (flow.phase, flow.url) == ("open", "http://big.example/up")
    (body,) = [gap for gap in reader.gaps() if gap.subject == f"{flow.id}-request"]
    assert reader.object(body.detail.rsplit(" ", 1)[1].removesuffix(".")) == b"z" * MEGABYTE


HARNESS = """
import sys, time
from harness.bundle import Bundle
from harness.capture.traffic import TrafficCapture
bundle = Bundle.create(sys.argv[1], "com.example.shop")
traffic = TrafficCapture(bundle, resolve={"*.example": sys.argv[2]})
host, port = traffic.start()
print(bundle.path, port, traffic.pid, flush=True)
time.sleep(600)
"""


def test_a_killed_harness_ends_the_proxy_which_leaves_a_valid_journal(tmp_path: Path) -> None:
    silent = Silent()
    with clients.server(silent) as address:
        harness = subprocess.Popen(
            [sys.executable, "-c", HARNESS, str(tmp_path), address], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert harness.stdout is not None
        path, port, pid = harness.stdout.readline().split()
        watched = os.pidfd_open(int(pid))
        pending = clients.through(("127.0.0.1", int(port)), "deaf.example")
        pending.request("POST", "/collect", body=b"imei=1")
        assert silent.asked.wait(clients.SECONDS)

        harness.kill()
        harness.wait()
        harness.stdout.close()
        ended = _ends(watched)
        silent.release.set()
        pending.close()
    assert ended
    assert seal_interrupted(path)
    reader = open_bundle(path)
    (flow,) = reader.flows()
    assert (flow.phase, flow.error) == ("done", "the capture ended while it was open")
    assert flow.request is not None
    assert reader.object(flow.request.body or "") == b"imei=1"
    assert {(gap.kind, gap.id[0]) for gap in reader.gaps()} == {
        (GapKind.INTERRUPTED, "p"), (GapKind.INTERRUPTED, "g")}
    assert not reader.complete()
    assert verify(path).status is Status.INCOMPLETE


def _ends(pidfd: int) -> bool:
    """Whether the process ends: a pidfd can be read once it has."""
    import select

    try:
        return bool(select.select([pidfd], [], [], clients.SECONDS)[0])
    finally:
        os.close(pidfd)


def test_stopping_journals_what_is_still_open(bundle: Bundle, start: Callable[[str], TrafficCapture]) -> None:
    def stream_events(stream: socket.socket) -> None:
        clients.read_head(stream)
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                       b"9\r\ndata: 1\n\n\r\n")
        stream.recv(1)

    with clients.server(stream_events) as address:
        traffic = start(address)
        listening = clients.through(traffic.address, "push.example")
        listening.request("GET", "/events")
        assert listening.getresponse().read(9) == b"data: 1\n\n"
        traffic.stop()
        listening.close()
    bundle.seal(True)
    reader = open_bundle(bundle.path)
    (flow,) = reader.flows()
    assert (flow.status, flow.error) == (200, "the capture ended while it was open")
    assert flow.response is not None
    assert reader.object(flow.response.body or "") == b"data: 1\n\n"
    assert not flow.response.complete
    assert reader.gaps() == []


def test_a_full_disk_stops_the_proxy_rather_than_let_traffic_pass_unrecorded(
    bundle: Bundle, internet: LabInternet
) -> None:
    traffic = TrafficCapture(bundle, resolve={"*.example": "{}:{}".format(*internet.address)})
    traffic.start()
    assert clients.fetch(traffic.address, "small.example", body=b"1")[0] == 200
    resource.prlimit(traffic.pid, resource.RLIMIT_FSIZE, (8192, 8192))
    with pytest.raises((OSError, clients.http.client.HTTPException)):
        clients.fetch(traffic.address, "large.example", body=os.urandom(10_000))
    assert traffic.watch(clients.SECONDS)
    traffic.stop()
    with pytest.raises(RigError):
        traffic.check()
    bundle.seal(False, "The disk was full.")
    assert [request.host for request in internet.requests] == ["small.example"]
    reader = open_bundle(bundle.path)
    assert [(f.host, f.phase) for f in reader.flows()] == [("small.example", "done")]
    (gap,) = [gap for gap in reader.gaps() if gap.subject == "proxy"]
    assert "File too large" in gap.detail


def test_an_error_in_the_addon_is_a_death_not_a_silence(bundle: Bundle, internet: LabInternet) -> None:
    """A folder in the journal's place stands in for any failure inside a hook."""
    traffic = TrafficCapture(bundle, resolve={"*.example": "{}:{}".format(*internet.address)})
    traffic.start()
    (bundle.path / "flows.jsonl").mkdir()
    with pytest.raises((OSError, clients.http.client.HTTPException)):
        clients.fetch(traffic.address, "a.example", body=b"imei=1")
    assert traffic.watch(clients.SECONDS)
    assert traffic.lost is not None
    assert "flows.jsonl cannot be written: Is a directory" in traffic.lost.detail
    assert internet.requests == []
    traffic.stop()


def test_two_first_starts_at_once_share_one_ca(tmp_path: Path) -> None:
    ca_dir = tmp_path / "ca"
    ca_dir.mkdir()
    captures = [
        TrafficCapture(Bundle.at(tmp_path / name, "com.example.shop"), ca_dir=ca_dir) for name in ("a", "b")]
    threads = [threading.Thread(target=capture.start) for capture in captures]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    facts = []
    for capture, name in zip(captures, ("a", "b"), strict=True):
        capture.stop()
        facts += open_bundle(tmp_path / name).facts("proxy")
    assert len({fact.data["ca_sha256"] for fact in facts}) == 1
    assert len({fact.data["port"] for fact in facts}) == 2
    key = ca_dir / "mitmproxy-ca.pem"
    assert key.stat().st_mode & 0o077 == 0
