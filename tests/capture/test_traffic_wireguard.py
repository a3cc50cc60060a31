"""Traffic of an app that knows of no proxy, out of a real WireGuard tunnel."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import stat
import struct
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import traffic_clients as clients
from captured_traffic import Start, end, until
from wireguard_client import Session, in_tunnel

from harness.bundle import Bundle, BundleReader
from harness.capture.traffic import TrafficCapture
from harness.capture.wireguard import NAME_SERVER, Tunnel, endpoint, make_keys, public_key
from harness.errors import RigError, UsageError
from harness.lab.internet import LabInternet
from harness.lab.internet_config import parse_config
from harness.model import Flow, GapKind

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def internet() -> Iterator[LabInternet]:
    with LabInternet(parse_config({"unknown": "empty"})) as started:
        yield started


@pytest.fixture
def tunnel(tmp_path: Path) -> Tunnel:
    make_keys(tmp_path / "wg.json")
    return Tunnel(tmp_path / "wg.json", listen=HERE)


@pytest.fixture
def traffic(start: Start, internet: LabInternet, tunnel: Tunnel) -> TrafficCapture:
    return start(resolve={"*.example": "{}:{}".format(*internet.address)}, upstream_ca=internet.ca_pem, wireguard=tunnel)


def keys(tunnel: Tunnel) -> dict[str, str]:
    return dict(json.loads(tunnel.keys.read_text()))


def on_device(traffic: TrafficCapture, tunnel: Tunnel, folder: Path, piece: Callable[[], Any]) -> Any:
    return in_tunnel(keys(tunnel), tuple(traffic.tunnel), folder, piece)


def of(reader: BundleReader, protocol: str) -> list[Flow]:
    return [flow for flow in reader.flows() if flow.protocol == protocol]


def fetch(url: str, ca: Path | None = None, body: bytes | None = None) -> tuple[int, bytes]:
    """Straight to the server, as an app does that ignores the device's proxy."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(ca) if ca else None)))
    with opener.open(urllib.request.Request(url, data=body), timeout=clients.SECONDS) as got:
        return got.status, got.read()


def test_an_app_that_knows_of_no_proxy_is_seen_with_its_names(
    bundle: Bundle, traffic: TrafficCapture, tunnel: Tunnel, tmp_path: Path, internet: LabInternet
) -> None:
    def app() -> list[int]:
        return [fetch("https://api.shop.example/collect?x=1", traffic.ca_pem, b"imei=1")[0],
                fetch("http://ads.example:8080/pixel")[0]]

    assert on_device(traffic, tunnel, tmp_path, app) == [200, 200]
    assert clients.fetch(traffic.address, "other.example")[0] == 200    # the proxy is there, too
    reader = end(bundle, traffic)
    secure, = of(reader, "https")
    assert (secure.url, secure.host, secure.port, secure.sni, secure.via) == (
        "https://api.shop.example/collect?x=1", "api.shop.example", 443, "api.shop.example", "wireguard")
    assert secure.request is not None and reader.object(secure.request.body or "") == b"imei=1"
    assert secure.address == "{}:{}".format(*internet.address)
    assert [(flow.url, flow.host, flow.port, flow.via) for flow in of(reader, "http")] == [
        ("http://ads.example:8080/pixel", "ads.example", 8080, "wireguard"),
        ("http://other.example/", "other.example", 80, "proxy")]
    questions = [flow for flow in of(reader, "dns") if flow.method == "A"]
    assert [(flow.host, flow.url, flow.status, flow.port) for flow in questions] == [
        ("api.shop.example", "dns:api.shop.example?type=A", 0, 53), ("ads.example", "dns:ads.example?type=A", 0, 53)]
    assert all(flow.answers[0].startswith("198.18.") for flow in questions)
    assert reader.gaps() == []
    (fact,) = reader.facts("proxy_end")
    assert fact.data["from_wireguard"] >= 4
    private = [key.encode() for name, key in keys(tunnel).items() if name.endswith("_key")]
    assert len(private) == 2
    for file in (path for path in bundle.path.rglob("*") if path.is_file()):
        assert not any(key in file.read_bytes() for key in private), file


def test_what_is_no_http_is_kept_and_counted_under_the_name_that_dns_gave(
    bundle: Bundle, start: Start, tunnel: Tunnel, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo, clients.server(lambda s: s.sendall(s.recv(9))) as address:
        echo.bind((HERE, 0))
        echo.settimeout(clients.SECONDS)
        traffic = start(wireguard=tunnel, resolve={
            "time.example:123": "{}:{}".format(*echo.getsockname()), "push.example:5222": address})

        def app() -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.settimeout(clients.SECONDS)
                udp.connect(("time.example", 123))
                udp.send(b"q" * 1200)
                for _ in range(4):
                    udp.send(b"r" * 1200)
                with socket.create_connection(("push.example", 5222), clients.SECONDS) as tcp:
                    tcp.sendall(b"\x01\x02imei=1")
                    return tcp.recv(9)

        assert on_device(traffic, tunnel, tmp_path, app) == b"\x01\x02imei=1"
        heard = b"".join(echo.recv(2000) for _ in range(5))
        until(bundle, lambda flows: any((flow.protocol, flow.phase) == ("tcp", "done") for flow in flows))
        reader = end(bundle, traffic)
    assert heard == b"q" * 1200 + b"r" * 4800
    (udp,), (tcp,) = of(reader, "udp"), of(reader, "tcp")
    assert (udp.host, udp.port, udp.phase, udp.via) == ("time.example", 123, "done", "wireguard")
    assert udp.request is not None
    assert (udp.request.size, udp.request.complete) == (6000, False)
    assert reader.object(udp.request.body or "") == (b"q" * 1200 + b"r" * 4800)[:4096]
    assert (tcp.host, tcp.port, tcp.error) == ("push.example", 5222, None)
    assert tcp.request is not None and reader.object(tcp.request.body or "") == b"\x01\x02imei=1"
    assert {(gap.kind, gap.subject, gap.cause) for gap in reader.gaps()} == {
        (GapKind.TRAFFIC_NOT_READ, host, "unknown_protocol") for host in ("time.example", "push.example")}


def test_the_machine_and_the_tunnels_own_addresses_are_not_reached(
    bundle: Bundle, start: Start, tunnel: Tunnel, tmp_path: Path
) -> None:
    reached: list[bytes] = []
    with clients.server(lambda stream: reached.append(clients.read_head(stream))) as address:
        port = int(address.rpartition(":")[2])
        traffic = start(wireguard=tunnel, reach_private=True)

        def app() -> list[bytes]:
            found = []
            for host, there in (("0.0.0.0", port), (NAME_SERVER, 80), ("198.18.0.77", port)):
                try:
                    with socket.create_connection((host, there), clients.SECONDS) as stream:
                        stream.sendall(b"GET /secret HTTP/1.1\r\nHost: x.example\r\n\r\n")
                        found.append(stream.makefile("rb").readline())
                except OSError as bad:
                    found.append(str(bad).encode())
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.sendto(b"hello", (NAME_SERVER, 99))
            return found

        answers = on_device(traffic, tunnel, tmp_path, app)
        until(bundle, lambda flows: any((flow.protocol, flow.phase) == ("udp", "done") for flow in flows))
        reader = end(bundle, traffic)
    assert reached == []
    assert b"502" in answers[1]
    (udp,) = of(reader, "udp")
    assert "the tunnel's own" in (udp.error or "")
    assert udp.request is not None and reader.object(udp.request.body or "") == b"hello"
    assert "the tunnel's own" in (of(reader, "http")[0].error or "")


def test_connections_that_carry_no_request_are_told_by_their_names(
    bundle: Bundle, traffic: TrafficCapture, tunnel: Tunnel, tmp_path: Path
) -> None:
    def app() -> None:
        fetch("https://api.example/", traffic.ca_pem)
        socket.create_connection(("quiet.example", 443), clients.SECONDS).close()
        for host in ("okhttp.example", "unnamed.example"):
            plain = socket.create_connection((host, 443), clients.SECONDS)
            context = ssl.create_default_context(cafile=str(traffic.ca_pem))
            context.check_hostname = host != "unnamed.example"
            context.wrap_socket(plain, server_hostname=host if context.check_hostname else None).close()

    on_device(traffic, tunnel, tmp_path, app)
    until(bundle, lambda flows: sum(flow.protocol in ("tls", "tcp") for flow in flows) == 3)
    reader = end(bundle, traffic)
    assert [(flow.protocol, flow.host, flow.port, flow.sni, flow.cause) for flow in reader.flows()
            if flow.protocol in ("tcp", "tls")] == [
        ("tcp", "quiet.example", 443, None, None), ("tls", "okhttp.example", 443, "okhttp.example", "pinned"),
        ("tls", "unnamed.example", 443, None, "pinned")]
    assert {gap.subject for gap in reader.gaps()} == {"okhttp.example", "unnamed.example"}


def test_a_name_server_of_the_apps_own_is_asked_and_one_that_brings_mitmproxy_down_is_a_gap(
    bundle: Bundle, start: Start, tunnel: Tunnel, tmp_path: Path
) -> None:
    """mitmproxy writes an answer anew, and fails where a name has an empty part in it."""
    question = struct.pack("!HHHHHH", 5, 0x0100, 1, 0, 0, 0) + b"\x05imei1\x07example\0\0\1\0\1"
    good = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 9])
    bad = b"\x02a.\x01b\0" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes(4)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HERE, 0))
        server.settimeout(clients.SECONDS)

        def serve() -> None:
            for record in (good, bad):
                asked, there = server.recvfrom(2000)
                server.sendto(asked[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + asked[12:] + record, there)

        threading.Thread(target=serve, daemon=True).start()
        traffic = start(wireguard=tunnel, resolve={"192.0.2.53": "{}:{}".format(*server.getsockname())})

        def app() -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.settimeout(clients.SECONDS)
                udp.connect(("192.0.2.53", 53))
                udp.send(question)
                answer = udp.recv(2000)
                udp.send(b"\0\6" + question[2:])
                return answer

        assert on_device(traffic, tunnel, tmp_path, app).endswith(bytes([192, 0, 2, 9]))
        until(bundle, lambda flows: sum(flow.phase == "done" for flow in flows) == 2)
        traffic.check()
        reader = end(bundle, traffic)
    first, second = of(reader, "dns")
    assert (first.host, first.answers, first.error) == ("imei1.example", ["192.0.2.9"], None)
    assert first.address is not None and first.address.startswith(f"{HERE}:")
    assert second.status == 0
    assert [gap.cause for gap in reader.gaps()] == ["proxy_fault"]


def test_ipv6_takes_the_tunnel_too(bundle: Bundle, start: Start, internet: LabInternet, tunnel: Tunnel, tmp_path: Path) -> None:
    traffic = start(resolve={"2001:db8::5": "{}:{}".format(*internet.address)}, wireguard=tunnel)
    assert on_device(traffic, tunnel, tmp_path, lambda: fetch("http://[2001:db8::5]:81/v6")[0]) == 200
    (flow,) = of(end(bundle, traffic), "http")
    assert (flow.url, flow.host, flow.port) == ("http://[2001:db8::5]:81/v6", "2001:db8::5", 81)


def test_a_tunnel_through_which_nothing_came_is_a_gap(bundle: Bundle, traffic: TrafficCapture) -> None:
    (gap,) = end(bundle, traffic).gaps()
    assert (gap.kind, gap.subject) == (GapKind.CAPTURE_LOST, "traffic")


def garbage() -> Iterator[bytes]:
    yield from (b"", b"\0", b"\x80" * 7, os.urandom(30), os.urandom(1200), b"\xc0\0\0\0\1" + os.urandom(40))
    yield b"\xc0\0\0\0\1\x08" + os.urandom(8) + b"\x08" + os.urandom(8) + b"\0\x44\x9e" + os.urandom(1182)
    yield struct.pack("!HHHHHH", 7, 0, 60000, 0, 0, 0) + b"\xc0\x0c" * 20
    yield struct.pack("!HHHHHH", 7, 0, 1, 1, 0, 0) + b"\xc0\x0c\0\1\0\1"
    yield struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + b"\x04xn--\0\0\1\0\1"


def test_garbage_of_any_kind_does_not_end_the_proxy(
    bundle: Bundle, traffic: TrafficCapture, tunnel: Tunnel, tmp_path: Path
) -> None:
    question = struct.pack("!HHHHHH", 9, 0x0100, 1, 0, 0, 0) + b"\x03api\x07example\0\0\1\0\1"

    def app() -> list[int]:
        for port in (53, 443, 5000):
            for data in garbage():
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                    udp.sendto(data, (NAME_SERVER, port))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(clients.SECONDS)
            udp.connect((NAME_SERVER, 53))
            for name in (b"api", b"ads"):    # the same number twice
                asked = question.replace(b"api", name)
                udp.send(asked)
                answer = udp.recv(2000)
                assert answer[:2] == question[:2] and name in answer
            udp.send(b"no more of it")    # DNS first, then something else
        with socket.create_connection((NAME_SERVER, 53), clients.SECONDS) as tcp:
            tcp.sendall(struct.pack("!H", len(question)) + question)
            assert tcp.recv(2)
            tcp.sendall(b"\0\0")
            tcp.recv(2000)
        return [fetch("http://api.example/after")[0]]

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for data in garbage():
            stranger.sendto(data, traffic.tunnel)
    assert on_device(traffic, tunnel, tmp_path, app) == [200]
    traffic.check()
    until(bundle, lambda flows: any((flow.protocol, flow.phase) == ("http", "done") for flow in flows))
    reader = end(bundle, traffic)
    assert [flow.url for flow in of(reader, "http")] == ["http://api.example/after"]
    (fact,) = reader.facts("malformed_dns")
    assert fact.data["messages"] == {NAME_SERVER: 2}
    assert [gap.cause for gap in reader.gaps() if gap.subject == NAME_SERVER]
    (end_fact,) = reader.facts("proxy_end")
    assert end_fact.data["wireguard_not_understood"] >= 9
    assert (bundle.path / "proxy.log").read_text().count("invalid WireGuard packet") <= 5
    assert not any(gap.cause == "proxy_fault" for gap in reader.gaps())


def test_whoever_has_other_keys_is_not_answered(traffic: TrafficCapture, tunnel: Tunnel, tmp_path: Path) -> None:
    make_keys(tmp_path / "other.json")
    strangers = json.loads((tmp_path / "other.json").read_text())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        assert not Session(keys(tunnel) | {"client_key": strangers["client_key"]}, link, traffic.tunnel).shake_hands(0.5)
        assert not Session(strangers, link, traffic.tunnel).shake_hands(0.5)
        assert Session(keys(tunnel), link, traffic.tunnel).shake_hands()


def test_a_device_keeps_its_keys_and_its_port_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    first, again, other = (Tunnel.of(serial, tmp_path) for serial in ("A:1", "A:1", "B"))
    assert first == again and first.port and first.keys != other.keys
    written = first.write_configuration(endpoint("192.0.2.7", first.port), "com.example.shop")
    for path in (first.keys, written):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch(r"[a-zA-Z0-9_=+.-]{1,15}", written.stem)    # what the WireGuard app takes for a name
    text = written.read_text()
    assert f"Endpoint = 192.0.2.7:{first.port}\n" in text
    assert "IncludedApplications = com.example.shop\n" in text
    assert "AllowedIPs = 0.0.0.0/0, ::/0\n" in text
    held = json.loads(first.keys.read_text())
    assert f"PublicKey = {public_key(held['server_key'])}\n" in text
    assert f"PrivateKey = {held['client_key']}\n" in text
    assert held["server_key"] not in text


def test_damaged_keys_and_a_taken_port_are_told(tmp_path: Path, start: Start, tunnel: Tunnel) -> None:
    (tmp_path / "A.json").write_text('{"server_key": "x"}')
    with pytest.raises(RigError, match="cannot be read"):
        Tunnel.of("A", tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HERE, 0))
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on UDP port {port}"):
            start(wireguard=Tunnel(tunnel.keys, port, HERE))
    assert endpoint("2001:db8::1", 51820) == "[2001:db8::1]:51820"
