"""The traffic of a bundle comes out as a HAR that other programs read, and that says the same."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from harness.bundle import Bundle, open_bundle, verify
from harness.model import Flow, Gap, GapKind, Message
from harness.render import sarif, table_files
from harness.render.har import encoded, har
from harness.render.machine import machine
from harness.rules.analysis import analyse
from harness.traffic.har_reader import read_har

T0 = 1_750_000_000_123_000_000
BINARY = bytes(range(256))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = Bundle.create(tmp_path_factory.mktemp("runs"), "example.shop")

    def said(body: bytes, *headers: list[str]) -> Message:
        return Message(headers=[list(h) for h in headers], body=bundle.objects.put(body) if body else None, size=len(body))

    posted = bundle.append(
        Flow(
            host_ns=T0,
            end_ns=T0 + 250_000_000,
            protocol="https",
            method="POST",
            url="https://t.example/e?a=1&b=%20x",
            host="t.example",
            port=443,
            address="203.0.113.7:443",
            request=said(BINARY, ["Content-Type", "application/octet-stream"]),
            status=200,
            version="HTTP/1.1",
            response=said("好".encode(), ["Content-Type", "text/plain"]),
        )
    )
    opened = bundle.append(
        Flow(
            host_ns=T0 + 1,
            protocol="https",
            method="GET",
            url="https://w.example/s",
            host="w.example",
            port=443,
            status=101,
            request=said(b""),
            response=said(b""),
        )
    )
    bundle.append(
        Flow(
            host_ns=T0 + 2,
            protocol="websocket",
            phase="message",
            of=opened.id,
            method="text",
            host="w.example",
            port=443,
            request=said(b"hello"),
        )
    )
    bundle.append(Flow(host_ns=T0 + 3, end_ns=T0 + 4, protocol="tls", host="p.example", port=443, error="refused"))
    assert posted.id
    return bundle.path


def test_a_har_says_what_the_bundle_says(folder: Path) -> None:
    log = har(open_bundle(folder))["log"]
    first, second = log["entries"]
    assert (first["startedDateTime"], first["time"], first["serverIPAddress"]) == (
        "2025-06-15T15:06:40.123Z",
        250.0,
        "203.0.113.7",
    )
    assert first["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": " x"}]
    assert first["response"]["content"]["text"] == "好"
    assert [m["data"] for m in second["_webSocketMessages"]] == ["hello"]
    assert log["comment"].startswith("1 exchanges that are no HTTP")


def test_it_is_read_back_byte_by_byte(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.har"
    file.write_bytes(encoded(har(open_bundle(folder))))
    [first, second, message] = read_har(file)
    assert (first.url, first.body, first.header("content-type")) == (
        "https://t.example/e?a=1&b=%20x",
        BINARY,
        "application/octet-stream",
    )
    assert second.method == "GET"
    assert (message.method, message.body, message.host) == ("WEBSOCKET", b"hello", "w.example")


def test_mitmproxy_reads_it(folder: Path) -> None:
    from mitmproxy.io.har import request_to_flow

    for entry in har(open_bundle(folder))["log"]["entries"]:
        flow = request_to_flow(json.loads(json.dumps(entry)))
        assert flow.request.pretty_url == entry["request"]["url"]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """What is no UTF-8 in a header and an address, and WebSocket messages of bytes."""
    bundle = Bundle.create(tmp_path, "example.shop")

    def said(body: bytes, *headers: list[str]) -> Message:
        return Message(headers=[list(h) for h in headers], body=bundle.objects.put(body) if body else None, size=len(body))

    opened = bundle.append(
        Flow(
            host_ns=T0,
            protocol="http",
            method="GET",
            url="http://w.example/s?n=M\udcfcller",
            host="w.example",
            port=80,
            status=101,
            request=said(b"", ["X-Name", "M\udcfcller"], ["X-City", "上海"]),
            response=said(b""),
        )
    )
    for number, (kind, body) in enumerate([("binary", b"hello"), ("binary", BINARY), ("text", b"aGVsbG8=")]):
        bundle.append(
            Flow(
                host_ns=T0 + 2 + number,
                protocol="websocket",
                phase="message",
                of=opened.id,
                method=kind,
                host="w.example",
                port=80,
                request=said(body),
            )
        )
    return bundle.path


def test_what_is_no_text_leaves_the_file_utf8_and_comes_back(odd: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.har"
    file.write_bytes(encoded(har(open_bundle(odd))))
    [entry] = json.loads(file.read_bytes().decode("utf-8"))["log"]["entries"]
    assert "\\ud" not in file.read_text("utf-8")
    assert entry["request"]["headers"] == [
        {"name": "X-Name", "value": "Müller", "_charset": "latin-1"},
        {"name": "X-City", "value": "上海"},
    ]
    first, *messages = read_har(file)
    assert first.headers == [("X-Name", "M\udcfcller"), ("X-City", "上海")]
    assert first.url == "http://w.example/s?n=M%FCller"
    assert [m.body for m in messages] == [b"hello", BINARY, b"aGVsbG8="]


def test_messages_of_bytes_are_in_base64(odd: Path) -> None:
    [entry] = har(open_bundle(odd))["log"]["entries"]
    told = [(m["opcode"], m["data"]) for m in entry["_webSocketMessages"]]
    assert told == [(2, "aGVsbG8="), (2, base64.b64encode(BINARY).decode()), (1, "aGVsbG8=")]


def test_every_format_cuts_a_time_off_and_rounds_none_up(tmp_path: Path) -> None:
    late = T0 - T0 % 10**9 + 999_999_999
    bundle = Bundle.create(tmp_path, "example.shop")
    request = Message(headers=[], body=None, size=0)
    bundle.append(Flow(host_ns=late, protocol="https", method="GET", url="https://t.example/", host="t.example", port=443,
                       request=request))
    bundle.append(Gap(host_ns=late, from_ns=late, kind=GapKind.TRAFFIC_NOT_READ, detail="x"))
    bundle.seal(complete=True)
    found = machine(analyse(bundle.path), verify(bundle.path))
    second = "2025-06-15T15:06:40"
    [run] = json.loads(sarif.write(found))["runs"]
    assert har(found.bundle)["log"]["entries"][0]["startedDateTime"] == f"{second}.999Z"
    assert run["invocations"][0]["toolExecutionNotifications"][0]["timeUtc"] == f"{second}.999Z"
    assert f"{second}.999999999Z" in dict(table_files.files(found, "csv"))["flows.csv"].decode("utf-8-sig")
