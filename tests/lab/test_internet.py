"""The lab internet answers as it is told, under any name, in the clear and over TLS."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import RigError, UsageError
from harness.lab.internet import KEPT_BODY, LabInternet
from harness.lab.internet_config import parse_config, read_config

ROOT = Path(__file__).parents[2]
CONFIG = {
    "unknown": "refuse",
    "hosts": {
        "api.shop.example": {
            "paths": {
                "/v1/config": {"status": 201, "headers": {"X-Lab": "yes"}, "body": "你好"},
                "/v1/items/*": {"json": {"items": []}},
                "/empty": {"status": 204},
            },
            "default": {"status": 403},
        },
        "*.ads.example": {"default": {"body": "ad"}},
        "bare.example": {},
    },
}


@pytest.fixture
def internet() -> Iterator[LabInternet]:
    with LabInternet(parse_config(CONFIG)) as started:
        yield started


def connect(internet: LabInternet, host: str, *, tls: bool = True) -> http.client.HTTPConnection:
    """A client that reaches `host` at the lab internet and checks its certificate for that name."""
    stream = socket.create_connection(internet.address, timeout=20)
    connection = http.client.HTTPConnection(host)
    connection.sock = stream
    if tls:
        context = ssl.create_default_context(cafile=str(internet.ca_pem))
        context.set_alpn_protocols(["h2", "http/1.1"])
        connection.sock = context.wrap_socket(stream, server_hostname=host)
        assert connection.sock.selected_alpn_protocol() == "http/1.1"
    return connection


def get(internet: LabInternet, host: str, path: str, *, tls: bool = True) -> tuple[int, bytes]:
    connection = connect(internet, host, tls=tls)
    connection.request("GET", path)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


@pytest.mark.parametrize("tls", [True, False])
def test_one_port_answers_every_host_with_and_without_tls(internet: LabInternet, tls: bool) -> None:
    assert get(internet, "api.shop.example", "/v1/config?id=7", tls=tls) == (201, "你好".encode())
    assert get(internet, "api.shop.example", "/v1/items/3", tls=tls) == (200, b'{"items": []}')
    assert get(internet, "api.shop.example", "/elsewhere", tls=tls) == (403, b"")
    assert get(internet, "x.ads.example", "/any", tls=tls) == (200, b"ad")
    assert get(internet, "bare.example", "/", tls=tls) == (404, b"")
    assert [r.scheme for r in internet.requests] == ["https" if tls else "http"] * 5


def test_a_certificate_is_for_its_host_only(internet: LabInternet) -> None:
    context = ssl.create_default_context(cafile=str(internet.ca_pem))
    with socket.create_connection(internet.address) as stream, context.wrap_socket(
        stream, server_hostname="api.shop.example"
    ) as secured:
        names = secured.getpeercert()["subjectAltName"]    # type: ignore[index]
    assert names == (("DNS", "api.shop.example"),)


def test_an_unknown_host_is_refused_and_recorded(internet: LabInternet) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        get(internet, "tracker.example", "/collect?imei=1")
    (request,) = internet.requests
    assert (request.host, request.target) == ("tracker.example", "/collect?imei=1")
    assert (request.status, request.known) == (0, False)


def test_an_unknown_host_may_be_answered_with_nothing() -> None:
    with LabInternet(parse_config({"unknown": "empty"})) as internet:
        assert get(internet, "tracker.example", "/") == (200, b"")
        assert not internet.requests[0].known


def test_a_connection_is_kept_and_bodies_are_read_in_every_framing(internet: LabInternet) -> None:
    connection = connect(internet, "x.ads.example")
    connection.request("POST", "/one", body=b"abc")
    connection.getresponse().read()
    connection.request("POST", "/two", body=iter([b"x" * 40_000, b"y" * 40_000]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    connection.getresponse().read()
    connection.request("HEAD", "/three", headers={"Expect": "100-continue"})
    assert connection.getresponse().read() == b""
    connection.close()
    one, two, three = internet.requests
    assert (one.body, one.size) == (b"abc", 3)
    assert (two.size, len(two.body)) == (80_000, KEPT_BODY)
    assert two.sha256 == hashlib.sha256(b"x" * 40_000 + b"y" * 40_000).hexdigest()
    assert three.method == "HEAD"


def test_an_answer_without_content_has_none(internet: LabInternet) -> None:
    connection = connect(internet, "api.shop.example", tls=False)
    for _ in range(2):
        connection.request("GET", "/empty")
        assert connection.getresponse().read() == b""
    connection.close()


def test_nonsense_ends_its_connection_and_nothing_else(
    internet: LabInternet, capfd: pytest.CaptureFixture[str]
) -> None:
    for noise in (b"\x16\x03\x01nonsense", b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n"):
        with socket.create_connection(internet.address) as stream:
            stream.sendall(noise)
            with contextlib.suppress(OSError):  # it may be reset before our half is closed
                stream.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while stream.recv(4096):
                    pass
    assert get(internet, "bare.example", "/")[0] == 404
    assert capfd.readouterr().err == ""


def test_requests_are_logged_as_they_come(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with LabInternet(parse_config(CONFIG), log=log) as internet:
        get(internet, "x.ads.example", "/a")
        (line,) = log.read_text().splitlines()
    assert (json.loads(line)["host"], json.loads(line)["target"]) == ("x.ads.example", "/a")


def test_a_taken_port_is_told(internet: LabInternet) -> None:
    with pytest.raises(RigError, match=str(internet.address[1])):
        LabInternet(parse_config({}), port=internet.address[1]).start()


@pytest.mark.parametrize(("text", "place"), [
    ("hosts: [a]", "hosts"),
    ("hosts: {a.example: {paths: {/x: {status: ok}}}}", "a.example: /x"),
    ("hosts: {a.example: {default: {reply: 1}}}", "a.example: default"),
    ("unknown: maybe", "unknown"),
    ("hosts: {", "internet.yaml"),
])
def test_a_wrong_description_is_refused_and_the_place_named(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "internet.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_config(path)
    assert place in caught.value.what


def test_it_runs_as_a_process_until_its_stdin_ends(tmp_path: Path) -> None:
    config = tmp_path / "internet.yaml"
    config.write_text("hosts: {a.example: {default: {body: hi}}}")
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.lab.internet", str(config)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    connection = http.client.HTTPConnection(told["host"], told["port"], timeout=20)
    connection.request("GET", "/", headers={"Host": "a.example"})
    assert connection.getresponse().read() == b"hi"
    connection.close()
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()
    assert not Path(told["ca"]).exists()
