"""Whose each request is, seen from inside: the head as it is written to a connection, its port, and who asked for it."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator

import pytest
from jvm_app import HookedApp, hooked

from harness.capture.catalogue import Catalogue, load_catalogue
from harness.lab.internet import LabInternet
from harness.lab.internet_config import parse_config
from harness.model import Call, Fact

pytestmark = pytest.mark.lab

ANSWERS = {"hosts": {"*": {"default": {"status": 204}}}}
HEAD = "GET /v2/alive?n=1 HTTP/1.1\r\nHost: raw.example\r\nX-Id: 7\r\n\r\n"


def requests() -> Catalogue:
    """What the shipped catalogue has of requests and connections."""
    whole = load_catalogue()
    return dataclasses.replace(whole, hooks=tuple(h for h in whole.hooks if h.unit in ("requests", "sockets")))


@pytest.fixture(scope="module")
def rig() -> Iterator[HookedApp]:
    with hooked(requests()) as made:
        yield made
        assert not [f for f in made.journal.of(Fact) if f.type == "agent_fault"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with LabInternet(parse_config(ANSWERS)) as internet:
        yield internet.address[1]


def told(calls: list[Call], kind: str) -> list[Call]:
    return [call for call in calls if call.kind == kind]


def order(how: str, scheme: str, port: int, text: str) -> str:
    return f"{how} {scheme} {port} {base64.b64encode(text.encode('latin-1')).decode()}"


@pytest.mark.parametrize("how", ["http-raw", "http-within"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_head_of_a_request_is_told_with_the_port_of_its_connection(
    rig: HookedApp, port: int, how: str, scheme: str
) -> None:
    calls = rig.calls(order(how, scheme, port, HEAD))
    [written] = told(calls, "http_write")
    local, answer = rig.said.split(" ", 1)
    assert answer.startswith("HTTP/1.1 204"), "the server had what was written"
    assert written.value == {"head": HEAD.strip(), "host": "raw.example", "cut": False, "port": int(local)}
    assert written.arguments == []
    assert ("ssl" in written.method) == (scheme == "https")
    [connect] = [c for c in told(calls, "socket") if c.method == "java.net.Socket.connect"]
    assert connect.value == {"port": int(local)}


def test_what_is_sent_to_tls_is_told_in_the_clear_alone(rig: HookedApp, port: int) -> None:
    """The records that TLS makes of it pass the plain socket's hook, and are no head of a request."""
    methods = [c.method for c in told(rig.calls(order("http-raw", "https", port, HEAD)), "http_write")]
    assert methods == ["sun.security.ssl.SSLSocketImpl$AppOutputStream.write"]


@pytest.mark.parametrize("words", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GETTING on", "get / HTTP/1.1", "\0\0\0", "G"])
def test_what_is_no_head_is_passed_over(rig: HookedApp, words: str) -> None:
    with LabInternet(parse_config(ANSWERS)) as internet:
        assert told(rig.calls(order("http-raw", "http", internet.address[1], words + "\r\n\r\n")), "http_write") == []


def test_of_a_long_head_the_beginning_is_kept_and_the_host_is_found_behind_it(rig: HookedApp, port: int) -> None:
    head = f"POST /{'a' * 3000} HTTP/1.1\r\nX: 1\r\nHOST:  far.example:8443 \r\nContent-Length: 0\r\n\r\n"
    [written] = told(rig.calls(order("http-raw", "http", port, head)), "http_write")
    assert written.value["head"] == head[:512]
    assert (written.value["host"], written.value["cut"]) == ("far.example:8443", True)


def test_a_head_without_a_host_or_an_end_says_so(rig: HookedApp, port: int) -> None:
    [written] = told(rig.calls(order("http-raw", "http", port, "GET / HTTP/1.0\r\n\r\n")), "http_write")
    assert (written.value["host"], written.value["cut"]) == (None, False)


def test_work_on_a_pool_carries_who_handed_it_over(rig: HookedApp, port: int) -> None:
    [written] = told(rig.calls(order("http-pool", "https", port, HEAD)), "http_write")
    assert " 204" in rig.said
    assert any(frame.startswith("net.adnet.Tracker.later(") for frame in rig.stacks(written.submitted)[0])


@pytest.mark.parametrize("how", ["http-url", "http-post"])
def test_of_a_url_connection_is_told_who_asked_what_was_connected_and_what_was_written(
    rig: HookedApp, port: int, how: str
) -> None:
    url = f"http://127.0.0.1:{port}/v1/x?y=2"
    calls = rig.calls(f"{how} {url} body" if how == "http-post" else f"{how} {url}")
    assert rig.said == "204"
    [asked] = told(calls, "http_request")
    assert (asked.method, asked.value) == ("java.net.URL.openConnection", url)
    [written] = told(calls, "http_write")
    first, *fields = written.value["head"].split("\r\n")
    assert first == f"{'POST' if how == 'http-post' else 'GET'} /v1/x?y=2 HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}" in fields
    assert rig.frames(written)[-3:] == rig.frames(asked)[-3:], "on the thread of who asked"


def test_a_stream_of_a_url_is_one_request(rig: HookedApp, port: int) -> None:
    calls = rig.calls(f"http-stream http://127.0.0.1:{port}/s")
    assert [c.method for c in told(calls, "http_request")] == ["java.net.URL.openStream"]
    assert len(told(calls, "http_write")) == 1


def test_requests_of_libraries_are_read_by_their_fields(rig: HookedApp) -> None:
    """None of their code runs for it: in these stand-ins it would throw."""
    call = rig.call("okhttp POST https://a.example/v1?x=1")
    assert (call.method, call.value) == ("okhttp3.OkHttpClient.newCall", {"method": "POST", "url": "https://a.example/v1?x=1"})
    call = rig.call("volley 7 https://b.example/")
    assert (call.method, call.value) == ("com.android.volley.RequestQueue.add", {"method": "PATCH", "url": "https://b.example/"})
