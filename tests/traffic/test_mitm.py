"""What mitmproxy wrote is read: requests, WebSocket messages of the app, and as much of a damaged file as there is."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mitmproxy.http import Headers
from mitmproxy.test import tflow, tutils

from harness.errors import UsageError
from harness.traffic.exchange import Exchange
from harness.traffic.limits import Limits
from harness.traffic.reading import read_exchanges
from tests.decoding.mutations import mutated
from tests.traffic.messages import IMEI, URL, flows, looked, packed, told, written

WHOLE = flows()


def read(folder: Path, content: bytes) -> list[Exchange]:
    return list(read_exchanges(written(folder, content, "flows")))


def test_requests_and_messages_of_the_app(tmp_path: Path) -> None:
    exchanges = read(tmp_path, WHOLE)
    methods = ["GET", "GET", "WEBSOCKET", "WEBSOCKET", "TCP"]
    assert [(e.index, e.method) for e in exchanges] == list(enumerate(methods))
    assert exchanges[0].url == URL
    assert ("X-Name", "上海") in exchanges[0].headers
    assert [e.body for e in exchanges[2:4]] == [f'{{"imei":"{IMEI}"}}'.encode(), b"\x00\x01"]
    assert [[hit.where for hit in one.hits] for one in looked(exchanges)] == [
        ["body $.imei"], [], ["body $.imei"], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_what_an_app_sent_over_a_bare_connection_is_read(tmp_path: Path, kind: str) -> None:
    flow = tflow.ttcpflow() if kind == "tcp" else tflow.tudpflow()
    flow.client_conn.sni, flow.server_conn.address = None, ("203.0.113.7", 5222)
    one, other = flow.messages[:2]
    one.content, other.content = b"imei=", f"imei={IMEI}".encode()
    flow.messages[2:] = []
    assert (one.from_client, other.from_client) == (True, False)
    assert looked(read(tmp_path, packed(flow)))[0].hits == [], "what came is not sent"
    other.from_client, other.content = True, IMEI.encode()
    [examined] = looked(read(tmp_path, packed(flow)))
    assert examined.exchange.host == "203.0.113.7"
    assert [(hit.where, hit.matched()) for hit in examined.hits] == [("body imei", IMEI)]
    assert told(examined) == [f"request: {kind.upper()}, no HTTP: its bytes were searched, what they mean is not known"]


def test_a_name_that_was_asked_for_is_read(tmp_path: Path) -> None:
    flow = tflow.tdnsflow()
    flow.request.questions[0].name = f"{IMEI}.exfil.example"
    [examined] = looked(read(tmp_path, packed(flow)))
    assert (examined.exchange.method, examined.exchange.host) == ("DNS", f"{IMEI}.exfil.example")
    assert [hit.matched() for hit in examined.hits] == [IMEI]
    assert told(examined) == []


@pytest.mark.parametrize(
    ("connected", "header", "host", "notes"),
    [
        ("t.example", b"x.example", "t.example", ["its Host header names x.example; the connection went to t.example"]),
        ("t.example", b"T.example", "t.example", []),
        ("t.example", b"t.example:8443", "t.example", []),
        ("203.0.113.7", b"t.example", "t.example", []),
    ],
)
def test_a_host_is_where_the_connection_went(
    tmp_path: Path, connected: str, header: bytes, host: str, notes: list[str]
) -> None:
    flow = tflow.tflow(req=tutils.treq(host=connected, headers=Headers([(b"host", header)])))
    [exchange] = read(tmp_path, packed(flow))
    assert (exchange.host, list(exchange.notes)) == (host, notes)
    assert host in exchange.url and connected in (host, "203.0.113.7")


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, gzip.compress(WHOLE))) == 5


def test_a_flow_that_is_larger_than_the_memory_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE + b"999999999:x", "flows")
    *whole, last = read_exchanges(path, Limits(memory=320 << 20))
    assert len(whole) == 5
    assert "999999999 bytes, more than the memory allows" in last.notes[0]


@pytest.mark.parametrize("part", [0.5, 0.7, 0.9])
def test_a_file_that_is_cut_is_read_as_far_as_it_goes(tmp_path: Path, part: float) -> None:
    examined = looked(read(tmp_path, WHOLE[: int(len(WHOLE) * part)]))
    assert [hit.where for hit in examined[0].hits] == ["body $.imei"]
    assert told(examined[-1])[0].startswith("request: the file ends inside a flow")
    assert [e.exchange.index for e in examined] == list(range(len(examined)))


def test_a_file_without_one_whole_flow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="damaged"):
        read(tmp_path, WHOLE[: len(WHOLE) // 4])


def test_other_bytes_behind_the_flows_are_told(tmp_path: Path) -> None:
    *whole, last = looked(read(tmp_path, WHOLE + b"5:hello;"))
    assert len(whole) == 5
    assert told(last)[0].startswith("request: the file ends inside a flow")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, random: Random) -> None:
    try:
        exchanges = read(tmp_path, mutated(WHOLE, random))
    except UsageError:
        return
    looked(exchanges)
