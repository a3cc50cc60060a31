"""Which bodies are kept: requests always, responses by the limit that was asked for."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable

import pytest
import traffic_clients as clients
from captured_traffic import Start, end

from harness.bundle import Bundle
from harness.capture.proxy_bodies import HELD, Body, StreamedBody, put
from harness.model import Flow, Message

LIMIT = 1000
SMALL, LARGE = b"s" * LIMIT, os.urandom(LIMIT + 1)
HUGE = os.urandom(1 << 22)


def echo(stream: socket.socket) -> None:
    """Answers with the body it was sent: in chunks where the path says so."""
    head = clients.read_head(stream)
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    body = b""
    while len(body) < length:
        body += stream.recv(65536)
    if b"/chunked" in head:
        stream.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, length, 400):
            piece = body[start : start + 400]
            stream.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        stream.sendall(b"0\r\n\r\n")
    else:
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Kept: always\r\n\r\n" % length + body)


def passed(bundle: Bundle, start: Start, bodies: list[bytes], path: str, **settings: object) -> list[Flow]:
    with clients.server(echo) as address:
        traffic = start(resolve={"*.example": address}, **settings)
        for body in bodies:
            assert clients.fetch(traffic.address, "a.example", path, body=body) == (200, body)
        reader = end(bundle, traffic)
    flows = reader.flows()
    for flow, body in zip(flows, bodies, strict=True):
        assert flow.request is not None and reader.object(flow.request.body or "") == body
        assert flow.response is not None and flow.response.headers
        assert (flow.response.size, flow.response.complete) == (len(body), True)
        digest = hashlib.sha256(body).hexdigest()
        assert {flow.response.body, flow.response.omitted} == {digest, None}
    return flows


def kept(flows: list[Flow]) -> list[bool]:
    return [flow.response.body is not None for flow in flows if flow.response]


@pytest.mark.parametrize("path", ["/plain", "/chunked"])
@pytest.mark.parametrize(("limit", "expected"), [(LIMIT, [True, False]), (0, [False, False]), (None, [True, True])])
def test_a_response_beyond_the_limit_is_measured_and_not_kept_while_requests_always_are(
    bundle: Bundle, start: Start, path: str, limit: int | None, expected: list[bool]
) -> None:
    assert kept(passed(bundle, start, [SMALL, LARGE], path, keep_responses=limit)) == expected


def test_a_response_whose_length_says_that_it_is_too_long_never_touches_the_disk(bundle: Bundle, start: Start) -> None:
    (flow,) = passed(bundle, start, [HUGE], "/plain")
    assert flow.response is not None and flow.response.omitted == flow.request.body  # type: ignore[union-attr]
    assert bundle.path.joinpath("objects", ".partial").exists() is False


def test_a_response_in_pieces_is_on_the_disk_a_moment_after_it_passed_and_whole_whenever_it_ends(bundle: Bundle) -> None:
    def guard(bad: BaseException) -> None:
        raise bad

    for flushed in (False, True):
        for pieces in ([b"data: 1\n\n"], [b"a" * HELD, b"b"], [b"c"] * 5):
            waiting: list[Callable[[], None]] = []
            body = StreamedBody(bundle.objects, "f1-response", guard, later=waiting.append)
            for piece in pieces:
                assert body(piece) == piece
            if flushed:
                waiting[0]()
                (part,) = (bundle.path / "objects" / ".partial").iterdir()
                assert part.read_bytes() == b"".join(pieces)
            whole = b"".join(pieces)
            assert body.finish() == Body(hashlib.sha256(whole).hexdigest(), len(whole))
            assert bundle.objects.path(hashlib.sha256(whole).hexdigest()).read_bytes() == whole
            assert body.finish() == Body()
            waiting[0]()


def test_an_empty_body_is_neither_kept_nor_omitted(bundle: Bundle) -> None:
    assert put(bundle.objects, b"", 0).message() == Message()
