"""One attempt at a download: its requests, through the device's proxy, and what comes back (AOSP DownloadThread).

The device has no way out but that proxy, so neither has this. What the far end sends is a stranger's: it is bounded here.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

# Downloads.Impl.STATUS_*
SUCCESS, BAD_REQUEST, NOT_ACCEPTABLE = 200, 400, 406
CANNOT_RESUME, CANCELED, UNKNOWN_ERROR, FILE_ERROR = 489, 490, 491, 492
UNHANDLED_REDIRECT, UNHANDLED_HTTP_CODE, HTTP_DATA_ERROR, TOO_MANY_REDIRECTS, INSUFFICIENT_SPACE = 493, 494, 495, 497, 198
UNAVAILABLE, INTERNAL_ERROR = 503, 500

_REDIRECTS = (301, 302, 303, 307)
_MAX_REDIRECTS = 5
_SECONDS = 20.0  # DownloadThread.DEFAULT_TIMEOUT
_CHUNK = 64 * 1024
_MAX_DISPOSITION = 1000
_MAX_NAME = 200


class Stopped(Exception):
    """The attempt ends with `status`."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Request:
    """`connect`: a socket to the device's proxy; raises OSError. `room`: how many bytes there may be altogether."""

    url: str
    headers: Sequence[tuple[str, str]]
    user_agent: str
    cleartext: bool
    trust: Sequence[bytes]
    connect: Callable[[], socket.socket]
    room: int
    etag: str = ""
    have: int = 0


@dataclass
class Progress:
    """What is known so far; written by the attempt's thread, read by the event loop."""

    url: str = ""
    total: int = -1
    current: int = 0
    mime: str = ""
    etag: str = ""
    disposition: str = ""
    retry_after_s: int = 0
    made_progress: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    sock: socket.socket | None = None

    def halt(self) -> None:
        """Ends the attempt, also one that waits for the far end."""
        self.stop.set()
        if self.sock is not None:
            with suppress(OSError):  # it may have ended meanwhile
                self.sock.shutdown(socket.SHUT_RDWR)


def transfer(request: Request, progress: Progress, target: Callable[[], int]) -> None:
    """Blocks. `target` is asked for the file's descriptor once the headers are known. Raises Stopped, OSError of `target`."""
    progress.url, progress.current = request.url, request.have
    url = request.url
    for _ in range(_MAX_REDIRECTS):
        parts = _split(url)
        if parts.scheme == "http" and not request.cleartext:
            raise Stopped(BAD_REQUEST, f"Cleartext traffic not permitted: {parts.scheme}://{parts.hostname}/...")
        try:
            with request.connect() as raw:
                raw.settimeout(_SECONDS)
                progress.sock = raw
                if progress.stop.is_set():
                    raise OSError("halted")
                with _secured(raw, request, url) as sock:
                    progress.sock = sock
                    _ask(sock, request, url)
                    with http.client.HTTPResponse(sock, method="GET") as response:
                        response.begin()
                        if response.status in _REDIRECTS:
                            url = urljoin(url, response.headers.get("Location") or "")
                            if response.status == 301:
                                progress.url = url
                            continue
                        _receive(response, request, progress, target)
                    return
        except http.client.RemoteDisconnected as fault:  # which is a bad status line to Python, and none to Android
            raise Stopped(HTTP_DATA_ERROR, str(fault)) from fault
        except http.client.BadStatusLine as fault:
            raise Stopped(UNHANDLED_HTTP_CODE, f"Unexpected status line: {str(fault)[:100]}") from fault
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise Stopped(HTTP_DATA_ERROR, f"{type(fault).__name__}: {fault}") from fault
    raise Stopped(TOO_MANY_REDIRECTS, "Too many redirects")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a property that judges
    except ValueError as fault:
        raise Stopped(BAD_REQUEST, str(fault)) from fault
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.netloc.isascii():
        raise Stopped(BAD_REQUEST, f"no address to download from: {url[:100]}")
    return parts


def _secured(raw: socket.socket, request: Request, url: str) -> socket.socket:
    """For https the proxy leads to the host, and TLS is with the host, trusted as the app that asked trusts."""
    parts = _split(url)
    if parts.scheme == "http":
        return raw
    host, port = str(parts.hostname), parts.port or 443
    named = f"[{host}]" if ":" in host else host
    raw.sendall(f"CONNECT {named}:{port} HTTP/1.1\r\nHost: {named}:{port}\r\n\r\n".encode("ascii"))
    with http.client.HTTPResponse(raw, method="CONNECT") as answer:
        answer.begin()
        if answer.status != 200:
            raise OSError(f"the proxy answered {answer.status}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    for one in request.trust:
        context.load_verify_locations(cadata=one)
    return context.wrap_socket(raw, server_hostname=host)


def _ask(sock: socket.socket, request: Request, url: str) -> None:
    parts = _split(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    connection.sock = sock
    whole = f"http://{parts.netloc.rpartition('@')[2]}{path}" if parts.scheme == "http" else path
    connection.putrequest("GET", whole, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", parts.netloc.rpartition("@")[2])
    given = {name.lower() for name, _ in request.headers}
    for name, value in request.headers:
        connection.putheader(name, value)
    if "user-agent" not in given:
        connection.putheader("User-Agent", request.user_agent)
    connection.putheader("Accept-Encoding", "identity")
    connection.putheader("Connection", "close")
    if request.have:
        if request.etag:
            connection.putheader("If-Match", request.etag)
        connection.putheader("Range", f"bytes={request.have}-")
    connection.endheaders()


def _receive(response: http.client.HTTPResponse, request: Request, progress: Progress, target: Callable[[], int]) -> None:
    status, resuming = response.status, request.have > 0
    if status == 200 and resuming:
        raise Stopped(CANNOT_RESUME, "Expected partial, but received OK")
    if status == 206 and not resuming:
        raise Stopped(CANNOT_RESUME, "Expected OK, but received partial")
    if status in (412, 416):
        raise Stopped(CANNOT_RESUME, "Precondition failed" if status == 412 else "Requested range not satisfiable")
    if status not in (200, 206):
        if status == UNAVAILABLE:
            wait = (response.headers.get("Retry-After") or "").strip()
            progress.retry_after_s = min(int(wait), 86_400) if wait.isascii() and wait.isdigit() else 0
        raise Stopped(_unhandled(status), f"{status} {response.reason}")
    if status == 200:
        chunked = (response.headers.get("Transfer-Encoding") or "").lower() == "chunked"
        progress.total = -1 if chunked or response.length is None else response.length
        progress.mime = progress.mime or (response.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        progress.etag = response.headers.get("ETag") or ""
        progress.disposition = response.headers.get("Content-Disposition") or ""
        closes = (response.headers.get("Connection") or "").lower() == "close"
        if not (chunked or closes or response.length is not None):
            raise Stopped(CANNOT_RESUME, "can't know size of download, giving up")
    if progress.total > request.room:
        raise Stopped(INSUFFICIENT_SPACE, f"{progress.total} bytes are more than there is room for")
    try:
        handle = target()
    except OSError as fault:
        raise Stopped(FILE_ERROR, f"{fault}") from fault
    with os.fdopen(handle, "r+b") as file:
        _copy(response, request, progress, file)


def _copy(response: http.client.HTTPResponse, request: Request, progress: Progress, file: BinaryIO) -> None:
    file.seek(request.have)
    while True:
        if progress.stop.is_set():
            raise Stopped(HTTP_DATA_ERROR, "Local halt requested; job probably timed out")
        chunk = response.read1(_CHUNK)
        if not chunk:
            break
        if progress.current + len(chunk) > request.room:
            raise Stopped(INSUFFICIENT_SPACE, "no room for more")
        try:
            file.write(chunk)
            file.flush()
        except OSError as fault:
            raise Stopped(FILE_ERROR, f"{fault}") from fault
        progress.current += len(chunk)
        progress.made_progress = True
    if progress.total not in (-1, progress.current):
        raise Stopped(HTTP_DATA_ERROR, f"Content length mismatch; found {progress.current} instead of {progress.total}")


def _unhandled(status: int) -> int:
    """StopRequestException.throwUnhandledHttpError"""
    if 400 <= status < 600:
        return status
    return UNHANDLED_REDIRECT if 300 <= status < 400 else UNHANDLED_HTTP_CODE


def file_name(url: str, hint: str, disposition: str) -> str:
    """Helpers.chooseFilename: what the app said, else the server, else the address."""
    name = hint.rpartition("/")[2]
    if not name:
        kind, _, rest = disposition[:_MAX_DISPOSITION].partition(";")
        key, _, value = rest.partition("=")
        value = value.strip()
        if kind.strip().lower() == "attachment" and key.strip().lower() == "filename":
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            value = value[1:-1] if quoted else value
            name = "" if '"' in value else value.rpartition("/")[2]
    if not name:
        name = unquote(urlsplit(url).path).rpartition("/")[2]
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:_MAX_NAME].lstrip(".")
    return name or "downloadfile"
