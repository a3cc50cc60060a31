"""Traffic through a real mitmproxy, by real clients, to real servers on loopback."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import grpc_peers
import pytest
import traffic_clients as clients
from captured_traffic import Start, end, lines, until
from mitmproxy.test import tflow

from harness.bundle import Bundle, JournalWriter, ObjectStore, Status, verify
from harness.capture.proxy_journal import Recorder
from harness.capture.proxy_ledger import Ledger
from harness.capture.resolving import Routes
from harness.capture.traffic import TrafficCapture
from harness.errors import UsageError
from harness.lab.certificates import CertificateAuthority
from harness.lab.internet import LabInternet
from harness.lab.internet_config import parse_config
from harness.model import Flow, GapKind

SITES = {
    "hosts": {
        "api.shop.example": {
            "paths": {
                "/v1/config": {"json": {"ads": True}},
                "/push": {"websocket": "echo"},
            },
            "default": {"status": 204},
        },
    },
}
@pytest.fixture(scope="module")
def internet() -> Iterator[LabInternet]:
    with LabInternet(parse_config(SITES)) as started:
        yield started


@pytest.fixture
def traffic(start: Start, internet: LabInternet) -> TrafficCapture:
    host, port = internet.address
    return start(resolve={"*.example": f"{host}:{port}"}, upstream_ca=internet.ca_pem)


def test_https_is_decrypted_and_kept_as_it_was_on_the_wire(
    bundle: Bundle, traffic: TrafficCapture, internet: LabInternet, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = gzip.compress(b'{"imei":"004999010640000"}')
    status, _ = clients.fetch(
        traffic.address, "api.shop.example", "/collect?x=1", ca=traffic.ca_pem, body=sent,
        headers={"Content-Encoding": "gzip"})
    assert status == 204
    assert clients.fetch(traffic.address, "api.shop.example", "/v1/config") == (200, b'{"ads": true}')
    assert traffic.flows == 2

    reader = end(bundle, traffic)
    first, second = reader.flows()
    assert (first.protocol, first.method, first.url) == ("https", "POST", "https://api.shop.example/collect?x=1")
    assert (first.host, first.port, first.sni, first.status) == ("api.shop.example", 443, "api.shop.example", 204)
    assert first.address == "{}:{}".format(*internet.address)
    assert first.client_port
    assert first.request is not None
    assert ["Content-Encoding", "gzip"] in first.request.headers
    assert reader.object(first.request.body or "") == sent
    assert (first.request.size, first.request.complete) == (len(sent), True)
    assert (second.protocol, second.url) == ("http", "http://api.shop.example/v1/config")
    assert second.response is not None
    assert reader.object(second.response.body or "") == b'{"ads": true}'
    assert first.host_ns < (first.end_ns or 0) <= second.host_ns
    assert reader.gaps() == []
    assert [fact.data["flows"] for fact in reader.facts("proxy_end")] == [2]
    assert capfd.readouterr() == ("", "")


def test_plain_http_is_asked_of_the_proxy_by_its_whole_url(bundle: Bundle, traffic: TrafficCapture) -> None:
    proxy = urllib.request.ProxyHandler({"http": "http://{}:{}".format(*traffic.address)})
    opener = urllib.request.build_opener(proxy)
    with opener.open("http://api.shop.example/v1/config?q=1", timeout=clients.SECONDS) as got:
        assert got.read() == b'{"ads": true}'
    (flow,) = end(bundle, traffic).flows()
    assert (flow.protocol, flow.url, flow.port) == ("http", "http://api.shop.example/v1/config?q=1", 80)


def test_a_request_is_journalled_before_its_server_sees_it_and_the_answer_before_the_app_has_it(
    bundle: Bundle, start: Start
) -> None:
    seen_by_server: list[list[Flow]] = []

    def answer(stream: socket.socket) -> None:
        clients.read_head(stream)
        seen_by_server.append(lines(bundle))
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    with clients.server(answer) as address:
        traffic = start(resolve={"*.example": address})
        assert clients.fetch(traffic.address, "a.example") == (200, b"hi")
        (at_the_server,) = seen_by_server
        assert [(line.phase, line.of) for line in at_the_server] == [("request", None)]
        after = lines(bundle)
        assert [(line.phase, line.of, line.status) for line in after] == [("request", None, None), ("done", "f1", 200)]


def test_http2_with_bodies_of_unknown_length_and_trailers(bundle: Bundle, traffic: TrafficCapture) -> None:
    status, _ = clients.post_over_http2(
        traffic.address, "api.shop.example", "/grpc", traffic.ca_pem, [b"one ", b"two"], trailers=[("checksum", "7")])
    assert status == 204
    reader = end(bundle, traffic)
    assert [line.phase for line in reader.flow_lines()] == ["open", "request", "done"]
    (flow,) = reader.flows()
    assert (flow.version, flow.method) == ("HTTP/2.0", "POST")
    assert flow.request is not None
    assert reader.object(flow.request.body or "") == b"one two"
    assert flow.request.trailers == [["checksum", "7"]]


def test_a_grpc_call_passes_message_by_message_and_is_recorded_in_full(bundle: Bundle, start: Start, tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    said = [b"imei=1", b"oaid=22", b"x" * 9000]
    with clients.server(grpc_peers.answer_each(authority._context("rpc.example"))) as address:
        traffic = start(resolve={"*.example": address}, upstream_ca=authority.certificate)
        answers, trailers = grpc_peers.call(traffic.address, "rpc.example", "/shop.Api/Talk", traffic.ca_pem, said)
        reader = end(bundle, traffic)
    assert answers == [message.upper() for message in said]
    assert trailers[b"grpc-status"] == b"0"
    assert [line.phase for line in reader.flow_lines()] == ["open", "request", "done"]
    (flow,) = reader.flows()
    assert (flow.version, flow.url, flow.status) == ("HTTP/2.0", "https://rpc.example/shop.Api/Talk", 200)
    assert flow.request is not None and flow.response is not None
    for message in (flow.request, flow.response):
        assert ["content-type", grpc_peers.TYPE] in message.headers
    sent = b"".join(map(grpc_peers.framed, said))
    assert reader.object(flow.request.body or "") == sent
    assert reader.object(flow.response.body or "") == sent.upper()
    assert flow.response.trailers == [["grpc-status", "0"], ["grpc-message", "fine"]]


def test_a_body_where_none_is_usual_is_kept_all_the_same(bundle: Bundle, traffic: TrafficCapture) -> None:
    """HTTP/2 tells of a body only when it comes, whatever the method."""
    status, _ = clients.post_over_http2(
        traffic.address, "api.shop.example", "/odd", traffic.ca_pem, [b"imei=", b"1"], method="DELETE")
    assert status == 204
    reader = end(bundle, traffic)
    (flow,) = reader.flows()
    assert flow.request is not None
    assert (flow.method, reader.object(flow.request.body or ""), flow.request.size) == ("DELETE", b"imei=1", 6)


def test_every_websocket_message_is_journalled_with_its_direction(bundle: Bundle, traffic: TrafficCapture) -> None:
    said: list[str | bytes] = ["你好", b"\x00\x01", "x" * 100_000]
    assert clients.converse(traffic.address, "api.shop.example", "/push", traffic.ca_pem, said) == said
    reader = end(bundle, traffic)
    handshake, *messages = reader.flows()
    assert (handshake.status, handshake.protocol, handshake.error) == (101, "https", None)
    assert [m.of for m in messages] == [handshake.id] * 6
    assert [(m.protocol, m.method, m.request is not None) for m in messages] == [
        ("websocket", kind, from_app) for kind in ("text", "binary", "text") for from_app in (True, False)]
    bodies = [reader.object((m.request or m.response).body or "") for m in messages]  # type: ignore[union-attr]
    assert bodies == [m if isinstance(m, bytes) else m.encode() for m in said for _ in (1, 2)]


def test_websocket_messages_do_not_pile_up_in_the_proxy(tmp_path: Path) -> None:
    """mitmproxy keeps every message of a flow; the recorder takes them out once they are journalled."""
    def guard(bad: BaseException) -> None:
        raise bad

    recorder = Recorder(Ledger(JournalWriter(tmp_path), ObjectStore(tmp_path), guard, lambda: 1))
    flow = tflow.twebsocketflow()
    recorder.request_begins(flow)
    recorder.request_ends(flow)
    recorder.response_ends(flow)
    message = flow.websocket.messages[-1]
    for _ in range(3):
        flow.websocket.messages.append(message)
        recorder.message_passes(flow)
        assert flow.websocket.messages == []


def test_an_app_that_does_not_trust_the_ca_leaves_a_flow_each_time_and_one_gap(
    bundle: Bundle, traffic: TrafficCapture, internet: LabInternet
) -> None:
    for _ in range(2):
        with pytest.raises(ssl.SSLCertVerificationError):
            clients.secure(clients.tunnel(traffic.address, "pinned.example", 443), "pinned.example", internet.ca_pem)
    reader = end(bundle, traffic)
    assert [(f.protocol, f.host, f.port, f.sni) for f in reader.flows()] == [
        ("tls", "pinned.example", 443, "pinned.example")] * 2
    assert all("certificate" in (f.error or "") for f in reader.flows())
    (gap,) = reader.gaps()
    assert (gap.kind, gap.subject, gap.id[0]) == (GapKind.TRAFFIC_NOT_READ, "pinned.example", "p")


def test_an_app_that_leaves_after_the_handshake_counts_as_pinned_unless_its_host_was_read(
    bundle: Bundle, traffic: TrafficCapture
) -> None:
    assert clients.fetch(traffic.address, "api.shop.example", ca=traffic.ca_pem)[0] == 204
    for host in ("api.shop.example", "pinned.example"):
        stream = clients.secure(clients.tunnel(traffic.address, host, 443), host, traffic.ca_pem)
        stream.close()
    until(bundle, lambda flows: any(f.protocol == "tls" for f in flows))
    reader = end(bundle, traffic)
    assert [(f.protocol, f.host) for f in reader.flows()] == [("https", "api.shop.example"), ("tls", "pinned.example")]
    assert [gap.subject for gap in reader.gaps()] == ["pinned.example"]


def test_what_is_neither_http_nor_tls_is_kept_and_said_not_to_be_understood(bundle: Bundle, start: Start) -> None:
    def shout(stream: socket.socket) -> None:
        while piece := stream.recv(100):
            stream.sendall(piece.upper())

    with clients.server(shout) as address:
        traffic = start(resolve={"push.example:5222": address})
        with clients.tunnel(traffic.address, "push.example", 5222) as stream:
            stream.sendall(b"\x01\x02imei=1")
            assert stream.recv(100) == b"\x01\x02IMEI=1"
        until(bundle, lambda flows: flows[-1].phase == "done")
        reader = end(bundle, traffic)
    (flow,) = reader.flows()
    assert (flow.protocol, flow.host, flow.port, flow.phase) == ("tcp", "push.example", 5222, "done")
    assert flow.address == address
    assert flow.request is not None
    assert flow.response is not None
    assert reader.object(flow.request.body or "") == b"\x01\x02imei=1"
    assert reader.object(flow.response.body or "") == b"\x01\x02IMEI=1"
    assert [(gap.kind, gap.subject) for gap in reader.gaps()] == [(GapKind.TRAFFIC_NOT_READ, "push.example")]


def test_what_goes_to_a_name_servers_port_is_dns_where_it_is_and_else_kept_as_it_is(bundle: Bundle, start: Start) -> None:
    question = struct.pack("!HHHHHH", 9, 0x0100, 1, 0, 0, 0) + b"\x03api\x07example\0\0\1\0\1"
    framed = struct.pack("!H", len(question)) + question

    def answer(stream: socket.socket) -> None:
        asked = stream.recv(2000)
        stream.sendall(asked[:4] + b"\x81\x83" + asked[6:] if asked == framed else asked.upper())

    with clients.server(answer) as address:
        traffic = start(resolve={"ns.example": address})
        with clients.tunnel(traffic.address, "ns.example", 53) as stream:
            stream.sendall(framed)
            assert stream.recv(2000)[4:6] == b"\x81\x83"
        with clients.tunnel(traffic.address, "ns.example", 53) as stream:
            stream.sendall(b"imei=1 is no question")
            assert stream.recv(2000) == b"IMEI=1 IS NO QUESTION"
        until(bundle, lambda flows: sum(flow.phase == "done" for flow in flows) == 2)
        reader = end(bundle, traffic)
    asked, raw = reader.flows()
    assert (asked.protocol, asked.host, asked.method, asked.status, asked.answers) == ("dns", "api.example", "A", 3, [])
    assert raw.protocol == "tcp" and raw.request is not None
    assert reader.object(raw.request.body or "") == b"imei=1 is no question"


def test_a_tunnel_that_carries_nothing_is_still_an_attempt(bundle: Bundle, traffic: TrafficCapture) -> None:
    clients.tunnel(traffic.address, "quiet.example", 443).close()
    still_open = clients.tunnel(traffic.address, "waiting.example", 443)
    reader = end(bundle, traffic)
    assert [(f.protocol, f.host, "sent nothing" in (f.error or "")) for f in reader.flows()] == [
        ("tcp", "quiet.example", True), ("tcp", "waiting.example", True)]
    still_open.close()


def test_a_request_is_seen_although_its_server_is_down(bundle: Bundle, start: Start, ca_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    traffic = start(resolve={"*.example": f"127.0.0.1:{port}"})
    assert clients.fetch(traffic.address, "down.example", "/x", ca=traffic.ca_pem, body=b"imei=1")[0] == 502
    reader = end(bundle, traffic)
    (flow,) = reader.flows()
    assert (flow.status, flow.response, flow.phase) == (None, None, "done")
    assert "Connect call failed" in (flow.error or "")
    assert flow.request is not None
    assert reader.object(flow.request.body or "") == b"imei=1"


def test_a_server_that_the_proxy_cannot_trust_is_a_gap(bundle: Bundle, start: Start, internet: LabInternet) -> None:
    traffic = start(resolve={"*.example": "{}:{}".format(*internet.address)})    # its CA is not named
    assert clients.fetch(traffic.address, "api.shop.example", ca=traffic.ca_pem)[0] == 502
    reader = end(bundle, traffic)
    assert "verify failed" in (reader.flows()[0].error or "")
    (gap,) = reader.gaps()
    assert (gap.kind, gap.subject) == (GapKind.TRAFFIC_NOT_READ, "api.shop.example")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "169.254.169.254", "::ffff:127.0.0.1", "127.1"])
def test_an_app_does_not_reach_the_machine_through_the_proxy(bundle: Bundle, start: Start, host: str) -> None:
    reached: list[bytes] = []

    with clients.server(lambda stream: reached.append(clients.read_head(stream))) as address:
        port = int(address.rpartition(":")[2])
        traffic = start()
        stream = clients.tunnel(traffic.address, f"[{host}]" if ":" in host else host, port)
        stream.sendall(b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 502 " in stream.makefile("rb").readline()
        stream.close()
        reader = end(bundle, traffic)
    assert reached == []
    (flow,) = reader.flows()
    assert "refused: " in (flow.error or "")
    assert flow.method == "GET"


def test_the_first_route_that_fits_is_taken() -> None:
    routes = Routes.parse({"api.shop.example:8443": "127.0.0.1:1", "*.SHOP.example": "127.0.0.1:2", "*": "[::1]:3"})
    assert routes.route("API.shop.example.", 8443) == ("127.0.0.1", 1)
    assert routes.route("api.shop.example", 443) == ("127.0.0.1", 2)
    assert routes.route("other.example", 443) == ("::1", 3)
    assert Routes.parse({"*.example": "127.0.0.1:2"}).route("example", 443) is None


@pytest.mark.parametrize("target", ["127.0.0.1", "127.0.0.1:x", ":80", "a:0", "a:70000"])
def test_a_wrong_route_is_wrong_use(target: str) -> None:
    with pytest.raises(UsageError, match="is no route"):
        Routes.parse({"*.example": target})


def test_a_taken_port_is_told_and_nothing_is_left_running(bundle: Bundle, ca_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        capture = TrafficCapture(bundle, ca_dir=ca_dir, port=port)
        with pytest.raises(UsageError, match=f"cannot listen on port {port}") as caught:
            capture.start()
    assert caught.value.exit_status == 2
    assert "in use" in caught.value.why
    assert not capture.alive
    assert not Path(f"/proc/{capture.pid}").exists()
    bundle.seal(False, "no proxy")
    assert verify(bundle.path).status is Status.INCOMPLETE


def test_a_wrong_setting_is_told_as_what_it_is(bundle: Bundle, ca_dir: Path) -> None:
    with pytest.raises(UsageError, match="is no route"):
        TrafficCapture(bundle, ca_dir=ca_dir, resolve={"*.example": "nowhere"}).start()
    with pytest.raises(UsageError, match="does not exist"):
        TrafficCapture(bundle, ca_dir=ca_dir, upstream_ca=ca_dir / "none.pem").start()
