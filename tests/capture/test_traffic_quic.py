"""QUIC out of a tunnel: refused so that apps take TCP, told where none does, and read where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from captured_traffic import Start, end
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from quic_peers import ask, http3_server
from test_traffic_wireguard import fetch, of, on_device

from harness.bundle import Bundle
from harness.capture.proxy_layers import greeting_name, is_question, is_quic_greeting, no_version
from harness.capture.traffic import TrafficCapture
from harness.capture.wireguard import Tunnel, make_keys
from harness.lab.certificates import CertificateAuthority
from harness.lab.internet import LabInternet
from harness.lab.internet_config import parse_config
from harness.model import GapKind

ELSEWHERE = "198.51.100.9"    # RFC 5737


@pytest.fixture(scope="module")
def internet() -> Iterator[LabInternet]:
    with LabInternet(parse_config({"unknown": "empty"})) as started:
        yield started


@pytest.fixture
def tunnel(tmp_path: Path) -> Tunnel:
    make_keys(tmp_path / "wg.json")
    return Tunnel(tmp_path / "wg.json", listen="127.0.0.1")


@pytest.fixture
def traffic(start: Start, internet: LabInternet, tunnel: Tunnel) -> TrafficCapture:
    return start(resolve={"*.example": "{}:{}".format(*internet.address)}, upstream_ca=internet.ca_pem, wireguard=tunnel)


def test_quic_is_refused_at_once_and_only_a_host_that_never_took_tcp_is_a_gap(
    bundle: Bundle, traffic: TrafficCapture, tunnel: Tunnel, tmp_path: Path
) -> None:
    def refused(address: str, host: str, **more: int) -> str:
        try:
            return str(ask(address, host, "/", traffic.ca_pem, **more))
        except ConnectionError:
            return "refused"

    def app() -> list[str]:
        found = [refused("api.shop.example", "api.shop.example"), refused("api.shop.example", "api.shop.example")]
        found += [refused(ELSEWHERE, "named.example"), refused(ELSEWHERE, "long.example", offers=15)]
        fetch("https://api.shop.example/after", traffic.ca_pem)
        return found

    assert on_device(traffic, tunnel, tmp_path, app) == ["refused"] * 4
    reader = end(bundle, traffic)
    flows = of(reader, "quic")
    assert [(flow.host, flow.port, flow.sni, flow.phase) for flow in flows] == [
        (host, 443, host, "done") for host in ("api.shop.example", "named.example", "long.example")]
    assert all("refused" in (flow.error or "") for flow in flows)
    assert flows[1].address == f"{ELSEWHERE}:443"
    (fact,) = reader.facts("quic_refused")
    assert [(one["host"], one["fell_back"]) for one in fact.data["hosts"]] == [
        ("api.shop.example", True), ("named.example", False), ("long.example", False)]
    assert fact.data["hosts"][0]["attempts"] >= 2
    assert [(gap.kind, gap.subject, gap.cause) for gap in reader.gaps()] == [
        (GapKind.TRAFFIC_NOT_READ, host, "quic_refused") for host in ("named.example", "long.example")]


def test_http3_is_read_where_that_is_asked_for(bundle: Bundle, start: Start, tunnel: Tunnel, tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    chain = tmp_path / "host.pem"
    key = authority._host_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(authority._issue("h3.example").public_bytes(serialization.Encoding.PEM) + key)
    with http3_server(chain) as address:
        traffic = start(
            resolve={"h3.example": address}, upstream_ca=authority.certificate, wireguard=tunnel, read_quic=True)
        answer = on_device(
            traffic, tunnel, tmp_path, lambda: ask("h3.example", "h3.example", "/collect", traffic.ca_pem, b"imei=1"))
        reader = end(bundle, traffic)
    assert answer == (200, b"IMEI=1")
    (flow,) = of(reader, "https")
    assert (flow.url, flow.version, flow.via, flow.status) == ("https://h3.example/collect", "HTTP/3", "wireguard", 200)
    assert flow.request is not None and reader.object(flow.request.body or "") == b"imei=1"
    assert flow.response is not None and reader.object(flow.response.body or "") == b"IMEI=1"
    assert reader.gaps() == []


@given(st.binary(max_size=1400), st.booleans())
def test_no_bytes_bring_the_readers_of_datagrams_down(data: bytes, greeting: bool) -> None:
    if greeting:
        data = b"\xc0\0\0\0\1" + data
    greeting_name([data])
    is_quic_greeting(data)
    answer = no_version(data)
    assert answer is None or answer[:5] == b"\x80\0\0\0\0"
    is_question(data, "udp")
    is_question(data, "tcp")
